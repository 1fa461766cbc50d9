/* weights_private.h - the inside of nch_weights, for the readers that fill one (safetensors.c, torch.c) and the writers. Not for other rooms: callers
 * use weights.h.
 *
 * A reader adds its tensors one by one; nch_weights_finish then sorts the names and refuses two of the same. */
#ifndef NCH_IO_WEIGHTS_PRIVATE_H
#define NCH_IO_WEIGHTS_PRIVATE_H

#include "base/arena.h"
#include "io/weights.h"

typedef struct nch_metadata {
	const char *key, *value;
} nch_metadata;

struct nch_weights {
	nch_arena *arena; /* names, metadata */
	nch_mapping *files;
	size_t file_count, file_capacity;
	nch_weight *list; /* in the order of their data */
	size_t count, capacity;
	const nch_weight **by_name; /* (count), sorted */
	nch_metadata *metadata;
	size_t metadata_count, metadata_capacity;
	void **owned; /* tensors that had to be copied out of their file */
	size_t owned_count, owned_capacity;
};

nch_weights *nch_weights_new(void); /* empty; NULL without memory */
nch_status nch_weights_add(nch_weights *weights, const nch_weight *weight, nch_error *error);
nch_status nch_weights_finish(nch_weights *weights, const char *where, nch_error *error);

/* elements = product of the shape, bytes = elements × size of the type. False if one of them overflows. */
bool nch_weight_sizes(const nch_weight *weight, size_t *elements, size_t *bytes);

/* Adds the tensors of a safetensors file that lies at data[0 .. size), and its metadata. The bytes must outlive the weights. */
nch_status nch_safetensors_read(nch_weights *weights, const unsigned char *data, size_t size, const char *where, nch_error *error);

/* The same for what torch.save wrote, zip archive or old stream. nch_torch_is tells by the first bytes whether it is such a file. */
bool nch_torch_is(const unsigned char *data, size_t size);
nch_status nch_torch_read(nch_weights *weights, const unsigned char *data, size_t size, const char *where, nch_error *error);

/* A float16 (IEEE 754 binary16) as the float32 of the same value, and a float32 rounded to nearest-even. */
float nch_float_from_half(unsigned half);
unsigned nch_half_from_float(float number);
unsigned nch_bfloat_from_float(float number);

/* --- for writers --- */

enum { NCH_PIECE = 4096, NCH_PIECE_BYTES = 8 * NCH_PIECE }; /* elements that are converted at once */

/* Whether tensors can be written as this type under these names: NCH_USAGE or NCH_DATA if not. */
nch_status nch_weights_check(const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_error *error);
/* Whole numbers (old checkpoints keep position_ids) stay what they are, but bytes with scales. */
nch_dtype nch_weight_file_type(const nch_weight *weight, nch_dtype type);
/* The elements [first, first + n), n <= NCH_PIECE, as another type (or the same). */
nch_status nch_weight_convert(const nch_weight *weight, size_t first, size_t n, nch_dtype type, unsigned char *out, nch_error *error);

#endif
