"""Which tokens are hidden and which words are drawn, anew from the descriptions in src/train/masking.h and replaced.h (Philox4x32-10 of Salmon et al. 2011, addressed by seed, epoch, row and
token), so that the addresses, too, are held; and the small texts of tests/unit/pretrain_test.c and replaced_test.c. Shared by pretrain_golden.py and replaced_golden.py.
"""
SEED, VOCABULARY, ROWS, SHARE = 99, 60, 8, 0.15
CLS, SEP, MASK, SPECIAL = 2, 3, 4, 5  # 0 [PAD], 1 [UNK]; 5 … 34 begin words, 35 … 59 go on
HIDE, DRAW = 0xF003, 0xF005           # what a random number is for

def philox(key, counter):
    c, k = list(counter), [key & 0xffffffff, key >> 32]
    for _ in range(10):
        first, second = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(second >> 32) ^ c[1] ^ k[0], second & 0xffffffff, (first >> 32) ^ c[3] ^ k[1], first & 0xffffffff]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    return c

def words(epoch, index, purpose=HIDE):
    return philox(SEED, [index & 0xffffffff, index >> 32, purpose << 16, epoch])

def uniform(epoch, index, purpose=HIDE):
    w = words(epoch, index, purpose)
    return ((w[0] >> 6 << 27) | w[1] >> 5) / 2.0 ** 53

def address(row, token, number):
    return (row << 22 | token) * 3 + number

def hide(ids, epoch, row, whole):
    out, labels, first = list(ids), [-100] * len(ids), 0
    for i, token in enumerate(ids):
        if token < SPECIAL:
            first = i + 1
            continue
        if not whole or token < 35:
            first = i
        if uniform(epoch, address(row, first, 0)) >= SHARE:
            continue
        labels[i] = token
        fate = uniform(epoch, address(row, i, 1))
        if fate < 0.8:
            out[i] = MASK
        elif fate < 0.9:
            w = words(epoch, address(row, i, 2))
            out[i] = (w[0] << 32 | w[1]) % VOCABULARY
    return out, labels

def draw(chances, epoch, row, token):
    """The first id whose cumulative chance is above the number of this address."""
    at, total = uniform(epoch, row << 22 | token, DRAW), 0.0
    for word, p in enumerate(chances):
        total += p
        if at < total:
            return word
    raise ValueError("rounding")

def sentence(row):
    n = 6 + row * 11 % 23
    return [CLS] + [SPECIAL + (row * 31 + i * 17 + i * i * 3) % (VOCABULARY - SPECIAL) for i in range(n)] + [SEP]

def array(kind, name, values, fmt):
    print(f"static const {kind} {name}[] = {{" + ", ".join(fmt % v for v in values) + "};")
