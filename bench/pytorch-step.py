"""PyTorch's side of `anchored bench engine --peers`: the training step of the same network, eager, on the CPU.

Prints a JSON line when it is ready, then answers every line {"steps": n} on standard input with a JSON line of n
times. The networks are those of src/models, down to the parameters' names.
"""

import argparse
import json
import re
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

CLASSES = 10
IMAGE_SIZE = 32


# --- networks ---------------------------------------------------------------------------------------------------------


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = conv3x3(outputs, outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        return F.relu(residual + shortcut, inplace=True)


class ResNet(nn.Module):
    def __init__(self, channels, widths, depths):
        super().__init__()
        self.conv1 = conv3x3(channels, widths[0])
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.stages = len(widths)
        inputs = widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            blocks = []
            for i in range(depth):
                blocks.append(BasicBlock(inputs, width, 2 if i == 0 and stage > 0 else 1))
                inputs = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


class PreActivationBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = conv3x3(outputs, outputs)
        self.convShortcut = None
        if stride != 1 or inputs != outputs:
            self.convShortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        activated = F.relu(self.bn1(x), inplace=True)
        shortcut = x if self.convShortcut is None else self.convShortcut(activated)
        return shortcut + self.conv2(F.relu(self.bn2(self.conv1(activated)), inplace=True))


class Group(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.layer = nn.Sequential(*blocks)

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, channels, depth, widening):
        super().__init__()
        self.conv1 = conv3x3(channels, 16)
        inputs = 16
        for group, width in enumerate([16 * widening, 32 * widening, 64 * widening]):
            blocks = []
            for i in range((depth - 4) // 6):
                blocks.append(PreActivationBlock(inputs, width, 2 if i == 0 and group > 0 else 1))
                inputs = width
            setattr(self, f"block{group + 1}", Group(blocks))
        self.bn1 = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x), inplace=True).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        qkv = self.qkv(x).reshape(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        weights = (q * (width // self.heads) ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(n, tokens, width))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, 4 * width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbedding(nn.Module):
    def __init__(self, channels, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class VisionTransformer(nn.Module):
    def __init__(self, channels, patch, width, depth, heads):
        super().__init__()
        self.patch_embed = PatchEmbedding(channels, width, patch)
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, (IMAGE_SIZE // patch) ** 2, width))
        self.blocks = nn.Sequential(*[TransformerBlock(width, heads) for _ in range(depth)])
        self.fc_norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.blocks(self.patch_embed(x) + self.pos_embed)
        return self.head(self.fc_norm(x.mean(1)))


MODELS = {
    "resnet20": lambda channels: ResNet(channels, [16, 32, 64], [3, 3, 3]),
    "resnet18": lambda channels: ResNet(channels, [64, 128, 256, 512], [2, 2, 2, 2]),
    "wideresnet16-4": lambda channels: WideResNet(channels, depth=16, widening=4),
    "vit-tiny-patch4-depth6": lambda channels: VisionTransformer(channels, patch=4, width=192, depth=6, heads=3),
}


# --- what is measured -------------------------------------------------------------------------------------------------


def make_step(model, batch, channels, channels_last):
    """A function that makes one training step on a fixed batch of noise."""
    images = torch.randn(batch, channels, IMAGE_SIZE, IMAGE_SIZE)
    labels = torch.arange(batch) % CLASSES
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

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

    for line in sys.stdin:
        step_ms = []
        for _ in range(json.loads(line)["steps"]):
            start = time.perf_counter()
            step()
            step_ms.append(1000 * (time.perf_counter() - start))
        say({"stepMs": step_ms, "peakBytes": peak_bytes()})


if __name__ == "__main__":
    main()
