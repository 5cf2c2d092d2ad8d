import type { MpiFamily } from "./launcher.ts";

/** A value of one of MPI's opaque C types. */
export type Handle = number | bigint;

/** How a family of libraries passes what `mpi.h` names. */
export interface MpiAbi {
  /** C type of a handle. */
  readonly handle: "int" | "uintptr_t";
  readonly world: Handle;
  readonly float: Handle;
  readonly double: Handle;
  readonly byte: Handle;
  readonly sum: Handle;
  readonly errorsReturn: Handle;
  /** Stands for the buffer to send where it is the one that receives. */
  readonly inPlace: bigint;
}

/** @param symbol the address of a global of the library */
export const mpiAbis: Record<MpiFamily, (symbol: (name: string) => bigint) => MpiAbi> = {
  // Handles are addresses of globals: the macros at the end of Open MPI's mpi.h.
  "Open MPI": (symbol) => ({
    handle: "uintptr_t",
    world: symbol("ompi_mpi_comm_world"),
    float: symbol("ompi_mpi_float"),
    double: symbol("ompi_mpi_double"),
    byte: symbol("ompi_mpi_byte"),
    sum: symbol("ompi_mpi_op_sum"),
    errorsReturn: symbol("ompi_mpi_errors_return"),
    inPlace: 1n,
  }),
  // Numbers that the MPICH ABI initiative has fixed since 2013: mpi.h of MPICH 4.0.2.
  MPICH: () => ({
    handle: "int",
    world: 0x44000000,
    float: 0x4c00040a,
    double: 0x4c00080b,
    byte: 0x4c00010d,
    sum: 0x58000003,
    errorsReturn: 0x54000001,
    inPlace: -1n,
  }),
};

/** Whose library it is by what MPI_Get_library_version says; undefined for one whose handles we do not know. */
export function familyOf(version: string): MpiFamily | undefined {
  if (/Open MPI|Spectrum MPI/i.test(version)) return "Open MPI";
  // Also `MPI VERSION : CRAY MPICH version 8.1`, `Intel(R) MPI Library 2021.11` and `MVAPICH2 Version : 2.3.7`.
  return /MPICH|Intel\(R\) MPI|MVAPICH/i.test(version) ? "MPICH" : undefined;
}
