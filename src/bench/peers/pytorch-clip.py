"""PyTorch's side of `anchored bench clip`: CLIP's towers by the same weights, eager, on the CPU.

The file is safetensors: parameters under OpenAI's names, `inputs.images`, for a training `inputs.tokens`; its metadata say heads,
learning rate, decay, and which parameters decay. Prints a JSON line when it is ready, with what both sides must agree on, then
answers every line {"steps": n} on standard input with a JSON line of n times.
"""

import argparse
import json
import math
import re

import numpy
import torch
import torch.nn.functional as F

EPSILON = 1e-5
TYPES = {"F32": numpy.float32, "I32": numpy.int32}

# --- weights ----------------------------------------------------------------------------------------------------------


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        start = file.tell()
    metadata = header.pop("__metadata__", {})
    data = numpy.fromfile(path, numpy.uint8, offset=start)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = data[begin:end].view(TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors, metadata


# --- towers -----------------------------------------------------------------------------------------------------------


def normed(x, w, name):
    return F.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"], EPSILON)


def attention(x, w, name, heads, mask):
    n, tokens, width = x.shape
    packed = F.linear(x, w[f"{name}.in_proj_weight"], w[f"{name}.in_proj_bias"])
    q, k, v = packed.view(n, tokens, 3, heads, width // heads).permute(2, 0, 3, 1, 4).unbind(0)
    scores = (q * (width // heads) ** -0.5) @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores + mask
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, tokens, width)
    return F.linear(mixed, w[f"{name}.out_proj.weight"], w[f"{name}.out_proj.bias"])


def blocks(x, w, prefix, heads, mask=None):
    depth = 1 + max(int(m.group(1)) for m in (re.match(re.escape(prefix) + r"\.resblocks\.(\d+)\.", n) for n in w) if m)
    for i in range(depth):
        name = f"{prefix}.resblocks.{i}"
        x = x + attention(normed(x, w, f"{name}.ln_1"), w, f"{name}.attn", heads, mask)
        hidden = F.gelu(F.linear(normed(x, w, f"{name}.ln_2"), w[f"{name}.mlp.c_fc.weight"], w[f"{name}.mlp.c_fc.bias"]))
        x = x + F.linear(hidden, w[f"{name}.mlp.c_proj.weight"], w[f"{name}.mlp.c_proj.bias"])
    return x


def image_points(images, w, heads):
    patches = F.conv2d(images, w["visual.conv1.weight"], stride=w["visual.conv1.weight"].shape[-1])
    x = patches.flatten(2).transpose(1, 2)
    token = w["visual.class_embedding"].expand(len(x), 1, -1)
    x = torch.cat([token, x], 1) + w["visual.positional_embedding"]
    x = blocks(normed(x, w, "visual.ln_pre"), w, "visual.transformer", heads)
    return F.normalize(normed(x[:, 0], w, "visual.ln_post") @ w["visual.proj"], dim=-1)


def text_points(tokens, w, heads):
    mask = torch.full((tokens.shape[1],) * 2, -math.inf).triu(1)
    x = w["token_embedding.weight"][tokens] + w["positional_embedding"]
    x = blocks(x, w, "transformer", heads, mask)
    read_at = x[torch.arange(len(x)), tokens.argmax(-1)]
    return F.normalize(normed(read_at, w, "ln_final") @ w["text_projection"], dim=-1)


# --- what is measured -------------------------------------------------------------------------------------------------


def training(w, images, tokens, facts):
    tokens = tokens.long()
    for parameter in w.values():
        parameter.requires_grad_()
    decayed = set(facts["decayed"].split(","))
    groups = [
        {"params": [p for name, p in w.items() if (name in decayed) == decays], "weight_decay": decay}
        for decays, decay in ((True, float(facts["weightDecay"])), (False, 0.0))
    ]
    optimizer = torch.optim.AdamW(groups, lr=float(facts["learningRate"]), betas=(0.9, 0.999), eps=1e-8)
    own = torch.arange(len(images))
    image_heads, text_heads = int(facts["imageHeads"]), int(facts["textHeads"])

    def step():
        optimizer.zero_grad(set_to_none=True)
        logits = w["logit_scale"].exp() * image_points(images, w, image_heads) @ text_points(tokens, w, text_heads).T
        loss = (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(w.values()), 1.0)
        optimizer.step()
        with torch.no_grad():
            w["logit_scale"].clamp_(0, math.log(100))
        return [loss.item()]

    return step


def inference(w, images, facts):
    def step():
        with torch.inference_mode():
            return image_points(images, w, int(facts["imageHeads"]))[0].tolist()

    return step


# --- the conversation -------------------------------------------------------------------------------------------------


def main():
    # The same questions to the process as the step's peer has.
    from importlib import import_module

    process = import_module("pytorch-step")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--what", choices=["training", "inference"], required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    w, facts = read(options.file)
    images = w.pop("inputs.images")
    if options.what == "training":
        step = training(w, images, w.pop("inputs.tokens"), facts)
    else:
        step = inference(w, images, facts)
    check = [value for _ in range(3) for value in step()]
    process.say({"torch": torch.__version__, "blas": process.mapped_blas(), "check": check})

    process.answer(step)


if __name__ == "__main__":
    main()
