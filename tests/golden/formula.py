"""First weights that the C tests know too (formula.h), so that no weights are committed."""
import numpy as np
import torch


def formula(model):
    """Element i of the parameter whose name is the t-th in order: between -.2 and .2, and 1 more where it is a norm's gain."""
    with torch.no_grad():
        for t, (name, p) in enumerate(sorted(model.named_parameters())):
            i = np.arange(p.numel(), dtype=np.uint64)
            x = (i * np.uint64(2654435761) + np.uint64(t * 97531 + 12345)) % np.uint64(1 << 32)
            v = (x.astype(np.float64) / 2 ** 32 - 0.5) * 0.4
            if "norm" in name.lower() and name.endswith("weight"):
                v = v + 1.0
            p.copy_(torch.tensor(v.astype(np.float32)).reshape(p.shape))
            p.requires_grad_(True)
