"""PyTorch's side of `anchored bench engine --peers`: the training step of the same network, eager, on the CPU.

Prints a JSON line when it is ready, then answers every line {"steps": n} on standard input with a JSON line of n
times. The networks are in pytorch_networks.py.
"""

import argparse
import json
import re
import sys
import time

import torch
import torch.nn.functional as F

from pytorch_networks import CLASSES, IMAGE_SIZE, MODELS

# --- what is measured -------------------------------------------------------------------------------------------------


def make_step(model, batch, channels, channels_last):
    """A function that makes one training step on a fixed batch of noise."""
    images = torch.randn(batch, channels, IMAGE_SIZE, IMAGE_SIZE)
    labels = torch.arange(batch) % CLASSES
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    model.train()
    moving = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(moving, lr=0.01, momentum=0.9, weight_decay=5e-4)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def mapped_blas():
    """The BLAS that matrix products really run on: torch is linked to libblas.so.3, which Debian lets one replace."""
    torch.randn(64, 64) @ torch.randn(64, 64)
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split(None, 5)[5].strip() for line in maps if len(line.split(None, 5)) == 6}
    except OSError:
        return "unknown"
    # As `folder/file`: Debian's folder tells OpenBLAS's libblas.so.3 from the reference one.
    names = sorted("/".join(path.split("/")[-2:]) for path in paths if re.search(r"(blas|mkl_rt|blis)[^/]*\.so", path))
    # libblas.so.3 itself may only pass on to one of these.
    named = [name for name in names if re.search(r"/lib(openblas|mkl|blis)", name)] or names
    return ", ".join(named) or "inside libtorch"


def peak_bytes():
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else 1024 * peak


def say(message):
    print(json.dumps(message), flush=True)


def answer(step):
    """Times steps for as long as the other side asks for rounds."""
    for line in sys.stdin:
        step_ms = []
        for _ in range(json.loads(line)["steps"]):
            start = time.perf_counter()
            step()
            step_ms.append(1000 * (time.perf_counter() - start))
        say({"stepMs": step_ms, "peakBytes": peak_bytes()})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--channels", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--parameters", type=int, required=True, help="how many the network must have")
    parser.add_argument("--format", choices=["nchw", "channels-last"], required=True)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = MODELS[options.model](options.channels)
    parameters = sum(p.numel() for p in model.parameters())
    if parameters != options.parameters:
        say({"error": f"{options.model} has {parameters} parameters in PyTorch, {options.parameters} in src/models"})
        return
    step = make_step(model, options.batch, options.channels, options.format == "channels-last")
    for _ in range(2):
        step()
    say({"torch": torch.__version__, "blas": mapped_blas()})

    answer(step)


if __name__ == "__main__":
    main()
