"""What the published recipe of airbench94 reaches on the images that we have: PyTorch, on the CPU.

A peer for the accuracy of `cifar10-fast`, not for its speed. The recipe is Jordan's Muon one (2024): 8 epochs, batch 2,000,
linear decay, label smoothing 0.2, filters kept at unit length, flips that alternate between epochs, reflected edges.
Prints a JSON line an epoch: validation accuracy where images are held out; test accuracies after the last epoch alone.

    python3 bench/pytorch-airbench94.py DATA/cifar-10-batches-bin --hold-out 5000 --threads 2
"""

import argparse
import json
import math
import pathlib
import time

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

from pytorch_networks import MODELS

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
PAD = 2
BATCH = 2000
BIAS_RATE, HEAD_RATE, FILTER_RATE = 0.053, 0.67, 0.24
DECAY = 2e-6 * BATCH
WHITENING_EPOCHS = 3


# --- optimiser --------------------------------------------------------------------------------------------------------


def orthogonalised(matrix, iterations=3):
    wide = len(matrix) <= matrix.shape[1]
    x = matrix if wide else matrix.T
    x = x / (x.norm() + 1e-7)
    for _ in range(iterations):
        gram = x @ x.T
        x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
    return x if wide else x.T


@torch.no_grad()
def muon_step(filters, velocities, rate, momentum=0.6):
    for weight, velocity in zip(filters, velocities):
        velocity.mul_(momentum).add_(weight.grad)
        direction = (weight.grad + momentum * velocity).reshape(len(weight), -1)
        weight.mul_(math.sqrt(len(weight)) / weight.norm())
        weight.sub_(orthogonalised(direction).view_as(weight), alpha=rate)


# --- data -------------------------------------------------------------------------------------------------------------


def read(folder, names):
    rows = numpy.concatenate([numpy.fromfile(folder / name, numpy.uint8).reshape(-1, 3073) for name in names])
    images = torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).astype(numpy.float32) / 255)
    mean, std = torch.tensor(MEAN).view(3, 1, 1), torch.tensor(STD).view(3, 1, 1)
    return (images - mean) / std, torch.from_numpy(rows[:, 0].astype(numpy.int64))


def stratified(labels, count):
    """True for `count` images, as many of each class."""
    held = torch.zeros(len(labels), dtype=torch.bool)
    for label in range(10):
        members = (labels == label).nonzero().flatten()
        held[members[torch.randperm(len(members))[: count // 10]]] = True
    return held


def moved(padded, chosen, mirrored):
    """Crops of the chosen images, each at its own place."""
    images = padded[chosen]
    shifts = torch.randint(0, 2 * PAD + 1, (len(chosen), 2))
    out = torch.stack([image[:, y : y + 32, x : x + 32] for image, (y, x) in zip(images, shifts.tolist())])
    return torch.where(mirrored[chosen].view(-1, 1, 1, 1), out.flip(-1), out)


# --- judging ----------------------------------------------------------------------------------------------------------


def plain(network, x):
    return network(x)


def mirror(network, x):
    return (network(x) + network(x.flip(-1))) / 2


def mirror_and_shift(network, x):
    padded = F.pad(x, (1,) * 4, "reflect")
    shifted = mirror(network, padded[:, :, :32, :32]) + mirror(network, padded[:, :, 2:, 2:])
    return mirror(network, x) / 2 + shifted / 4


@torch.no_grad()
def accuracy(network, images, labels, view):
    network.eval()
    right = sum((view(network, x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return right / len(labels)


# --- training ---------------------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--epochs", type=float, default=8)
    parser.add_argument("--hold-out", type=int, default=0, help="training images kept for validation, stratified")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)

    images, labels = read(options.folder, [f"data_batch_{i}.bin" for i in range(1, 6)])
    held = stratified(labels, options.hold_out)
    validation, validation_labels = images[held], labels[held]
    images, labels = images[~held], labels[~held]
    network = MODELS["airbench94"](3)
    network.whiten_by(images[:5000])
    network.head.weight.data /= network.head.weight.data.std()
    network = network.to(memory_format=torch.channels_last)
    padded = F.pad(images, (PAD,) * 4, "reflect")
    flipped = torch.rand(len(images)) < 0.5

    filters = [layer.weight for layer in network.groups.modules() if isinstance(layer, nn.Conv2d)]
    velocities = [torch.zeros_like(weight) for weight in filters]
    biases = [layer.bias for layer in network.groups.modules() if isinstance(layer, nn.BatchNorm2d)]
    rates = [([network.whiten.bias], BIAS_RATE), (biases, BIAS_RATE), ([network.head.weight], HEAD_RATE)]
    groups = [{"params": params, "lr": rate, "weight_decay": DECAY / rate} for params, rate in rates]
    sgd = torch.optim.SGD(groups, lr=BIAS_RATE, momentum=0.85, nesterov=True)

    per_epoch = len(images) // BATCH
    steps, whitening_steps = math.ceil(options.epochs * per_epoch), WHITENING_EPOCHS * per_epoch
    start, step = time.monotonic(), 0
    for epoch in range(math.ceil(steps / per_epoch)):
        order = torch.randperm(len(images))
        mirrored = flipped ^ (epoch % 2 == 1)
        right = seen = 0
        network.train()
        for at in range(per_epoch):
            if step == steps:
                break
            chosen = order[at * BATCH : (at + 1) * BATCH]
            x = moved(padded, chosen, mirrored).contiguous(memory_format=torch.channels_last)
            logits = network(x, whiten_learns=step < whitening_steps)
            F.cross_entropy(logits, labels[chosen], label_smoothing=0.2, reduction="sum").backward()
            left = 1 - step / steps
            factors = [max(0, 1 - step / whitening_steps), left, left]
            for group, (_, rate), factor in zip(sgd.param_groups, rates, factors):
                group["lr"] = rate * factor
            sgd.step()
            muon_step(filters, velocities, FILTER_RATE * left)
            network.zero_grad(set_to_none=True)
            right += (logits.argmax(1) == labels[chosen]).sum().item()
            seen += len(chosen)
            step += 1
        line = {"epoch": epoch + 1, "training": right / seen, "seconds": round(time.monotonic() - start)}
        if options.hold_out > 0:
            line["validation"] = accuracy(network, validation, validation_labels, plain)
        print(json.dumps(line), flush=True)

    test, test_labels = read(options.folder, ["test_batch.bin"])
    views = {"test": plain, "test, mirrored": mirror, "test, mirrored and shifted": mirror_and_shift}
    print(json.dumps({name: accuracy(network, test, test_labels, view) for name, view in views.items()}))


if __name__ == "__main__":
    main()
