/* weights.h - named tensors in a file: safetensors, the format in which Hugging Face's models are kept, or what torch.save writes.
 *
 * A safetensors file is eight bytes (little-endian length of the header), the header (JSON: name -> {dtype, shape, data_offsets}), and the data. The
 * file is mapped, not read: opening costs the header alone, and a tensor's pages come in when they are used. Everything is checked against the
 * file's real size before it is believed: header length (at most 100 MB), types, shape × type = bytes, begin <= end,
 * no overlap, no hole, the last byte is the file's end, no duplicate name. */
#ifndef NCH_IO_WEIGHTS_H
#define NCH_IO_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"
#include "base/status.h"

typedef enum nch_dtype { NCH_F32, NCH_F16, NCH_BF16, NCH_F64, NCH_I64, NCH_I32, NCH_I16, NCH_I8, NCH_U8, NCH_BOOL, NCH_DTYPES } nch_dtype;
size_t nch_dtype_size(nch_dtype type);
const char *nch_dtype_name(nch_dtype type); /* "F32" … */

enum { NCH_MAX_RANK = 8 };

typedef struct nch_weight { /* one tensor of a file */
	const char *name;
	nch_dtype type;
	size_t rank, shape[NCH_MAX_RANK];
	size_t count;     /* elements */
	const void *data; /* in the mapping; may be unaligned; NULL never */
	const void *scales; /* of an I8 tensor NAME beside which lies NAME_scale, float32, a number for each of its rows: those, perhaps unaligned;
	                       else NULL */
	bool is_scales;     /* it is such a NAME_scale */
} nch_weight;

typedef struct nch_weights nch_weights; /* an open file, or the shards of model.safetensors.index.json as one */

/* Opens model.safetensors, pytorch_model.bin (zip archive or old stream; nothing in it is run), an index of either with its shards, or a folder that
 * holds one of them. Content decides, not the name. Close with nch_weights_close. */
nch_status nch_weights_open(const char *path, nch_weights **weights, nch_error *error);
void nch_weights_close(nch_weights *weights); /* NULL is allowed; the tensors' data go with it */

size_t nch_weights_count(const nch_weights *weights);
const nch_weight *nch_weights_at(const nch_weights *weights, size_t index); /* in the order of their data in the file */
const nch_weight *nch_weights_find(const nch_weights *weights, const char *name); /* NULL if there is none */
const char *nch_weights_metadata(const nch_weights *weights, const char *key);     /* NULL if there is none */

/* Converts the elements to float32 (exactly; from f16, bf16, f64 rounded to nearest; bytes with scales are multiplied by them). `out` has room for
 * weight->count floats. Other whole numbers fail. */
nch_status nch_weight_to_float(const nch_weight *weight, float *out, nch_error *error);

/* Writes tensors as float32 in the given order, with {"format":"pt"} as metadata; the file appears whole or not at all. */
nch_status nch_weights_write(const char *path, const nch_weight *weights, size_t count, nch_error *error);
/* The same as F32, F16 or BF16, rounded to nearest, ties to even. In both, tensors of whole numbers keep their type. */
nch_status nch_weights_write_as(const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_error *error);
/* The same as torch.save writes a state dict (pytorch_model.bin, zip archive), for programs that read nothing else; up to 4 GiB. */
nch_status nch_weights_write_torch(const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_error *error);

/* The SHA-256 of the tensors' bytes in the file's order, as 64 hex digits and NUL. */
void nch_weights_fingerprint(const nch_weights *weights, char hex[65]);

#endif
