"""Writes tests/golden/torch_zip.bin and torch_stream.bin: one small state dict in both of torch.save's formats (torch 2.13); and torch_nested.bin and
torch_nested_twice.bin: the same as training scripts save it, in dictionaries with a tensor beside it.

usage: torch_files.py        needs torch. tests/unit/torch_test.c knows the numbers.
"""
import collections, os
import torch

here = os.path.dirname(os.path.abspath(__file__))
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
state = collections.OrderedDict(
    plain=torch.arange(6, dtype=torch.float32).reshape(2, 3), half=torch.tensor([1.5, -2]).half(), brain=torch.tensor([1.5, -2]).bfloat16(),
    double=torch.tensor(3.25, dtype=torch.float64), long=torch.arange(4), turned=base.t(), part=base[1:3, 2:5], tied=base,
    parameter=torch.nn.Parameter(torch.ones(3)), empty=torch.zeros(0, 5), flag=torch.tensor([True, False]))
state._metadata = collections.OrderedDict(module={"version": 1})
torch.save(state, os.path.join(here, "torch_zip.bin"))
torch.save({"epoch": 3, "state_dict": state, "optimizer": {"moment": torch.zeros(2, dtype=torch.float64)}, "rate": 0.5, "none": None,
            "large": 1 << 70, "negative": -5}, os.path.join(here, "torch_stream.bin"), _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "loss": torch.tensor(0.5), "model_state_dict": state, "step": torch.tensor([7])}, os.path.join(here, "torch_nested.bin"))
torch.save({"loss": torch.tensor(0.5), "model": {"net": state, "scale": torch.tensor(1.0)}, "ema": {"decay": torch.tensor(0.9)}},
           os.path.join(here, "torch_nested_twice.bin"), _use_new_zipfile_serialization=False)
