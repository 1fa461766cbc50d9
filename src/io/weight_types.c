/* weight_types.c - the types of a tensor's elements, and float32 out of each floating-point one and back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/weights_private.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "weights files are little-endian and are mapped as they are"
#endif

static const struct {
	const char *name;
	size_t size;
} types[NCH_DTYPES] = {
	[NCH_F32] = {"F32", 4}, [NCH_F16] = {"F16", 2}, [NCH_BF16] = {"BF16", 2}, [NCH_F64] = {"F64", 8}, [NCH_I64] = {"I64", 8},
	[NCH_I32] = {"I32", 4}, [NCH_I16] = {"I16", 2}, [NCH_I8] = {"I8", 1},     [NCH_U8] = {"U8", 1},   [NCH_BOOL] = {"BOOL", 1},
};

size_t nch_dtype_size(nch_dtype type)
{
	return types[type].size;
}

const char *nch_dtype_name(nch_dtype type)
{
	return types[type].name;
}

bool nch_weight_sizes(const nch_weight *weight, size_t *elements, size_t *bytes)
{
	*elements = 1;
	for (size_t d = 0; d < weight->rank; d++)
		if (!nch_size_mul(*elements, weight->shape[d], elements))
			return false;
	return nch_size_mul(*elements, types[weight->type].size, bytes);
}

static uint32_t float_bits(float number)
{
	uint32_t bits;
	memcpy(&bits, &number, sizeof bits);
	return bits;
}

static float bits_float(uint32_t bits)
{
	float number;
	memcpy(&number, &bits, sizeof number);
	return number;
}

/* binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. Every value is a float32. */
float nch_float_from_half(unsigned half)
{
	uint32_t sign = (uint32_t)(half & 0x8000u) << 16, exponent = half >> 10 & 31u, fraction = half & 0x3FFu;
	if (exponent == 31) /* infinity, NaN with its payload */
		return bits_float(sign | 0x7F800000u | fraction << 13);
	if (exponent == 0) { /* zero and denormals: fraction · 2^-24, exact in float32 */
		float size = (float)fraction * 0x1p-24f;
		return bits_float(sign | float_bits(size));
	}
	return bits_float(sign | (exponent + 112) << 23 | fraction << 13);
}

unsigned nch_half_from_float(float number)
{
	uint32_t bits = float_bits(number), size = bits & 0x7FFFFFFFu;
	unsigned sign = bits >> 16 & 0x8000u;
	if (size > 0x7F800000u)
		return sign | 0x7E00u | (size >> 13 & 0x3FFu);
	if (size >= 0x477FF000u) /* 65520, halfway beyond the largest: infinity */
		return sign | 0x7C00u;
	if (size < 0x38800000u) /* below 2^-14: adding 0.5 leaves |number| / 2^-24, rounded, in the low bits */
		return sign | (unsigned)(float_bits(bits_float(size) + 0.5f) - float_bits(0.5f));
	size += 0xFFFu + (size >> 13 & 1u); /* round to nearest, ties to even */
	return sign | (unsigned)((size - 0x38000000u) >> 13);
}

unsigned nch_bfloat_from_float(float number)
{
	uint32_t bits = float_bits(number);
	if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
		return bits >> 16 | 0x40u; /* NaN stays NaN */
	return (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
}

/* The elements [first, first + n) of bytes that have scales. */
static void bytes_to_float(const nch_weight *weight, size_t first, size_t n, float *out)
{
	const int8_t *bytes = weight->data;
	size_t columns = n > 0 ? weight->count / weight->shape[0] : 1;
	float scale;
	for (size_t i = first; i < first + n; i++) {
		if (i == first || i % columns == 0)
			memcpy(&scale, (const unsigned char *)weight->scales + i / columns * sizeof scale, sizeof scale);
		*out++ = (float)bytes[i] * scale;
	}
}

nch_status nch_weight_to_float(const nch_weight *weight, float *out, nch_error *error)
{
	const unsigned char *data = weight->data;
	uint16_t half;
	double number;

	switch (weight->type) {
	case NCH_F32:
		if (weight->count > 0)
			memcpy(out, data, weight->count * 4);
		return NCH_OK;
	case NCH_F16:
		for (size_t i = 0; i < weight->count; i++) {
			memcpy(&half, data + 2 * i, sizeof half);
			out[i] = nch_float_from_half(half);
		}
		return NCH_OK;
	case NCH_BF16:
		for (size_t i = 0; i < weight->count; i++) {
			memcpy(&half, data + 2 * i, sizeof half);
			out[i] = bits_float((uint32_t)half << 16);
		}
		return NCH_OK;
	case NCH_F64:
		for (size_t i = 0; i < weight->count; i++) {
			memcpy(&number, data + 8 * i, sizeof number);
			out[i] = (float)number;
		}
		return NCH_OK;
	case NCH_I8:
		if (weight->scales != NULL) {
			bytes_to_float(weight, 0, weight->count, out);
			return NCH_OK;
		} /* fall through */
	default:
		return nch_fail(error, NCH_FORMAT, "tensor \"%s\" holds whole numbers (%s), not weights", weight->name,
		                nch_dtype_name(weight->type));
	}
}

/* --- what is to be written --- */

nch_dtype nch_weight_file_type(const nch_weight *weight, nch_dtype type)
{
	bool is_float = weight->type == NCH_F32 || weight->type == NCH_F16 || weight->type == NCH_BF16 || weight->type == NCH_F64 || weight->scales != NULL;
	return is_float ? type : weight->type;
}

nch_status nch_weight_convert(const nch_weight *weight, size_t first, size_t n, nch_dtype type, unsigned char *out, nch_error *error)
{
	float numbers[NCH_PIECE];
	size_t size = nch_dtype_size(weight->type);
	nch_weight part = *weight;
	part.data = (const unsigned char *)weight->data + first * size;
	part.count = n;
	if (type == weight->type) {
		memcpy(out, part.data, n * size);
		return NCH_OK;
	}
	if (weight->scales != NULL)
		bytes_to_float(weight, first, n, numbers);
	else
		NCH_TRY(nch_weight_to_float(&part, numbers, error));
	for (size_t i = 0; i < n; i++) {
		uint16_t half = (uint16_t)(type == NCH_F16 ? nch_half_from_float(numbers[i]) : nch_bfloat_from_float(numbers[i]));
		if (type == NCH_F32)
			memcpy(out + 4 * i, &numbers[i], 4);
		else
			memcpy(out + 2 * i, &half, 2);
	}
	return NCH_OK;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

nch_status nch_weights_check(const char *path, const nch_weight *weights, size_t count, nch_dtype type, nch_error *error)
{
	if (type != NCH_F32 && type != NCH_F16 && type != NCH_BF16)
		return nch_fail(error, NCH_USAGE, "%s: weights are written as F32, F16 or BF16, not %s", path, nch_dtype_name(type));
	const char **names = nch_alloc(count, sizeof *names);
	nch_status status = NCH_OK;
	if (names == NULL)
		return nch_no_memory(error);
	for (size_t i = 0; i < count; i++)
		names[i] = weights[i].name;
	if (count > 0)
		qsort(names, count, sizeof *names, by_text);
	for (size_t i = 1; i < count && status == NCH_OK; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			status = nch_fail(error, NCH_DATA, "%s: two tensors of the name \"%s\" cannot be written", path, names[i]);
	nch_free(names);
	return status;
}
