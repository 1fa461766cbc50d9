/* safetensors: good files, and every way in which one can be bad. */
#include "io/weights.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/weights_private.h"
#include "test.h"

static char folder[] = "/tmp/nunchi-test-XXXXXX";
static char path[200];
static nch_error error;

static const char *in_folder(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* A file of this header and `data` bytes 0, 1, 2 … */
static size_t make_file(unsigned char *out, const char *header, size_t data)
{
	size_t length = strlen(header);
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(length >> 8 * i);
	memcpy(out + 8, header, length);
	for (size_t i = 0; i < data; i++)
		out[8 + length + i] = (unsigned char)i;
	return 8 + length + data;
}

/* Opens what lies in memory, an exact copy of it so that sanitizers see a byte read too far. */
static nch_weights *open_bytes(const unsigned char *bytes, size_t size)
{
	static unsigned char *copy;
	free(copy);
	copy = malloc(size > 0 ? size : 1);
	memcpy(copy, bytes, size);
	error = (nch_error){0};
	nch_weights *weights = nch_weights_new();
	if (nch_safetensors_read(weights, copy, size, "f", &error) == NCH_OK && nch_weights_finish(weights, "f", &error) == NCH_OK)
		return weights;
	nch_weights_close(weights);
	return NULL;
}

static nch_weights *open_header(const char *header, size_t data)
{
	static unsigned char bytes[1 << 20];
	return open_bytes(bytes, make_file(bytes, header, data));
}

static int opens(const char *header, size_t data)
{
	nch_weights *weights = open_header(header, data);
	nch_weights_close(weights);
	return weights != NULL;
}

static int one_line(void)
{
	return error.text[0] != '\0' && strchr(error.text, '\n') == NULL;
}

TEST(reads_tensors_in_the_order_of_their_data)
{
	nch_weights *w = open_header(" {\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}, \"__metadata__\" : {\"format\":\"pt\",\"한\":\"글\"},"
	                             "\"a\":{\"shape\":[],\"data_offsets\":[0,8],\"dtype\":\"I64\"},"
	                             "\"empty\":{\"dtype\":\"F16\",\"shape\":[3,0],\"data_offsets\":[8,8]}}  ", 32);
	CHECK(w != NULL && nch_weights_count(w) == 3);
	CHECK_TEXT(nch_weights_at(w, 0)->name, "a");
	CHECK_TEXT(nch_weights_at(w, 1)->name, "empty");
	CHECK_TEXT(nch_weights_at(w, 2)->name, "b");
	const nch_weight *b = nch_weights_find(w, "b");
	CHECK(b == nch_weights_at(w, 2) && b->rank == 2 && b->shape[0] == 2 && b->shape[1] == 3 && b->count == 6 && b->type == NCH_F32);
	CHECK(((const unsigned char *)b->data)[0] == 8);
	CHECK(nch_weights_find(w, "a")->count == 1 && nch_weights_find(w, "a")->rank == 0);
	CHECK(nch_weights_find(w, "empty")->count == 0 && nch_weights_find(w, "empty")->data != NULL);
	CHECK(nch_weights_find(w, "c") == NULL && nch_weights_find(w, "") == NULL);
	CHECK_TEXT(nch_weights_metadata(w, "한"), "글");
	CHECK(nch_weights_metadata(w, "none") == NULL);
	nch_weights_close(w);
}

TEST(legal_oddities)
{
	CHECK(opens("{}", 0));
	CHECK(opens("{\"__metadata__\":{}}", 0));
	CHECK(opens("{\"__metadata__\":null}", 0)); /* some writers' way to have none */
	CHECK(opens("{\"__metadata__\": null , \"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8));
	CHECK(opens("{\"a\":{\"dtype\":\"F32\",\"shape\":[0,1000000],\"data_offsets\":[0,0]}}", 0));
	CHECK(opens("{\"\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2));
	nch_weights *w = open_header("{\"a.\\\"{}[],:\\u0041\\\\\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":\"}\\\"\"}}", 1);
	CHECK(w != NULL && nch_weights_find(w, "a.\"{}[],:A\\") != NULL);
	nch_weights_close(w);
}

TEST(refuses_what_is_wrong)
{
#define ENTRY(name, type, shape, begin, end) "\"" name "\":{\"dtype\":\"" type "\",\"shape\":[" shape "],\"data_offsets\":[" begin "," end "]}"
	static const struct {
		const char *header;
		size_t data;
		const char *says;
	} bad[] = {
		{"", 0, "no JSON object"},
		{"[]", 0, "no JSON object"},
		{"{", 0, "no JSON object"},
		{"{}x", 0, "no JSON object"},
		{"{,}", 0, "no JSON object"},
		{"{" ENTRY("a", "F32", "2", "0", "8") ",}", 8, "no JSON object"},
		{"{" ENTRY("a", "F32", "3", "0", "8") "}", 8, "do not make"},                           /* shape × type ≠ bytes */
		{"{" ENTRY("a", "F32", "2", "8", "0") "}", 8, "is said to lie"},                        /* begin > end */
		{"{" ENTRY("a", "F32", "2", "0", "8") "}", 7, "is said to lie"},                        /* cut */
		{"{" ENTRY("a", "F32", "2", "0", "8") "}", 9, "1 bytes follow"},                        /* longer than it says */
		{"{" ENTRY("a", "F32", "2", "0", "8") "," ENTRY("b", "F32", "2", "4", "12") "}", 12, "share"},
		{"{" ENTRY("a", "F32", "1", "0", "4") "," ENTRY("b", "F32", "1", "8", "12") "}", 12, "no tensor lie before"},
		{"{" ENTRY("a", "F32", "1", "4", "8") "}", 8, "no tensor lie before"},
		{"{" ENTRY("a", "F32", "1", "0", "4") "," ENTRY("a", "F32", "1", "4", "8") "}", 8, "two tensors \"a\""},
		{"{" ENTRY("a", "F99", "1", "0", "4") "}", 4, "type \"F99\""},
		{"{" ENTRY("a", "F32", "4611686018427387904,4", "0", "0") "}", 0, "do not make"},        /* 2^62 · 4 wraps to 0 */
		{"{" ENTRY("a", "F32", "4611686018427387904", "0", "0") "}", 0, "do not make"},          /* and so does × 4 bytes */
		{"{" ENTRY("a", "F32", "-1", "0", "4") "}", 4, "whole numbers"},
		{"{" ENTRY("a", "F32", "1.5", "0", "4") "}", 4, "whole numbers"},
		{"{" ENTRY("a", "F32", "1e0", "0", "4") "}", 4, "whole numbers"},
		{"{" ENTRY("a", "F32", "1,1,1,1,1,1,1,1,1", "0", "4") "}", 4, "9 dimensions"},
		{"{" ENTRY("a", "F32", "1", "0", "99999999999999999999") "}", 4, "no data_offsets"},
		{"{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "no dtype"},
		{"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "no shape"},
		{"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "no data_offsets"},
		{"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}", 4, "no data_offsets"},
		{"{\"a\":[]}", 0, "entry of tensor \"a\" is no JSON object"},
		{"{\"a\":}", 0, "JSON"},
		{"{\"a\\u0000b\":1}", 0, "NUL"},
		{"{\"\xFF\":1}", 0, "UTF-8"},
		{"{\"__metadata__\":[]}", 0, "__metadata__"},
		{"{\"__metadata__\":nulls}", 0, "__metadata__"},
		{"{\"__metadata__\":{\"a\":1}}", 0, "__metadata__"},
		{"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "two __metadata__"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(!opens(bad[i].header, bad[i].data));
		CHECK(one_line());
		if (strstr(error.text, bad[i].says) == NULL)
			CHECK_TEXT(error.text, bad[i].says);
	}
	static const unsigned char huge[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, '{', '}'};
	static const unsigned char large[16] = {0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0, '{', '}'}; /* 100,000,001 */
	CHECK(open_bytes(huge, sizeof huge) == NULL && one_line());
	CHECK(open_bytes(large, sizeof large) == NULL && strstr(error.text, "no safetensors") != NULL);
	CHECK(open_bytes(large, 0) == NULL && one_line());
}

/* A longest entry, then one that is too long: its dimensions would make a tree far larger than the file's due. */
TEST(entries_are_bounded)
{
	static char header[1 << 16];
	strcpy(header, "{\"a\":{\"dtype\":\"F32\",\"shape\":[0");
	for (size_t i = 0; i < 20000; i++)
		strcat(header + 2 * i, ",0");
	strcat(header, "],\"data_offsets\":[0,0]}}");
	CHECK(!opens(header, 0));
	CHECK(strstr(error.text, "entry of tensor \"a\"") != NULL);
}

static const char sample[] = "{\"__metadata__\":{\"format\":\"pt\"},\"x\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                             "\"y.\\u00e9\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[16,22]}}";

TEST(cut_at_every_byte)
{
	unsigned char bytes[1024];
	size_t size = make_file(bytes, sample, 22);
	for (size_t cut = 0; cut < size; cut++) {
		nch_weights *w = open_bytes(bytes, cut);
		CHECK(w == NULL && one_line() && error.status == NCH_FORMAT);
		nch_weights_close(w);
	}
	nch_weights *w = open_bytes(bytes, size);
	CHECK(w != NULL);
	nch_weights_close(w);
}

/* Every bit of every byte of the header turned: refused with a line, or (in a name, a blank) read with all tensors inside the file. */
TEST(every_bit_of_the_header_turned)
{
	unsigned char bytes[1024];
	size_t size = make_file(bytes, sample, 22), header = size - 22, refused = 0;
	for (size_t bit = 0; bit < 8 * header; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		nch_weights *w = open_bytes(bytes, size);
		if (w == NULL) {
			refused++;
			CHECK(one_line());
		} else {
			size_t total = 0;
			for (size_t i = 0; i < nch_weights_count(w); i++)
				total += nch_weights_at(w, i)->count * nch_dtype_size(nch_weights_at(w, i)->type);
			CHECK(total == 22);
		}
		nch_weights_close(w);
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	CHECK(refused > 4 * header);
}

TEST(halves)
{
	CHECK(nch_float_from_half(0x3C00) == 1.0f && nch_float_from_half(0xC000) == -2.0f && nch_float_from_half(0x7BFF) == 65504.0f);
	CHECK(nch_float_from_half(0x0001) == 0x1p-24f && nch_float_from_half(0x03FF) == 0x3FFp-24f && nch_float_from_half(0x0400) == 0x1p-14f);
	CHECK(isinf(nch_float_from_half(0x7C00)) && nch_float_from_half(0xFC00) < 0 && isnan(nch_float_from_half(0x7E00)));
	CHECK(signbit(nch_float_from_half(0x8000)) && nch_float_from_half(0x8000) == 0);
	for (unsigned half = 0; half < 0x10000; half++) { /* back and forth */
		float x = nch_float_from_half(half);
		if (!isnan(x) && nch_half_from_float(x) != half)
			CHECK(nch_half_from_float(x) == half);
		if (!isnan(x) && (half & 0x7FFF) < 0x7BFF) { /* halfway goes to the even one, a little more to the next */
			float next = nch_float_from_half(half + 1), middle = x + (next - x) / 2;
			CHECK(nch_half_from_float(middle) == half + (half & 1));
			CHECK(nch_half_from_float(nextafterf(middle, next)) == half + 1);
			CHECK(nch_half_from_float(nextafterf(middle, x)) == half);
		}
	}
	CHECK(nch_half_from_float(65519.99f) == 0x7BFF && nch_half_from_float(65520.0f) == 0x7C00 && nch_half_from_float(-1e30f) == 0xFC00);
	CHECK((nch_half_from_float(NAN) & 0x7FFF) > 0x7C00);
	CHECK(nch_bfloat_from_float(1.0f) == 0x3F80 && nch_bfloat_from_float(0x1.01p0f) == 0x3F80 && nch_bfloat_from_float(0x1.03p0f) == 0x3F82);
	CHECK(nch_bfloat_from_float(0x1.0100001p0f) == 0x3F80 && nch_bfloat_from_float(0x1.010002p0f) == 0x3F81);
	CHECK((nch_bfloat_from_float(NAN) & 0x7FFF) > 0x7F80 && nch_bfloat_from_float(3.4e38f) == 0x7F80);
}

TEST(converts_to_float)
{
	static const double doubles[] = {1.0, -0.1, 1e300};
	static const uint16_t brains[] = {0x3F80, 0xC040, 0x0001};
	static const int32_t numbers[] = {1};
	float out[3];
	nch_weight w = {.name = "d", .type = NCH_F64, .count = 3, .data = doubles};
	CHECK(nch_weight_to_float(&w, out, &error) == NCH_OK && out[0] == 1 && out[1] == -0.1f && isinf(out[2]));
	w = (nch_weight){.name = "b", .type = NCH_BF16, .count = 3, .data = brains};
	CHECK(nch_weight_to_float(&w, out, &error) == NCH_OK && out[0] == 1 && out[1] == -3 && out[2] == 0x1p-133f);
	w = (nch_weight){.name = "i", .type = NCH_I32, .count = 1, .data = numbers};
	CHECK(nch_weight_to_float(&w, out, &error) == NCH_FORMAT && strstr(error.text, "\"i\"") != NULL);
}

/* Bytes with a scale for each of their rows are floats; scales of another length or type are refused, other names' are left alone. */
TEST(bytes_with_scales)
{
	float numbers[6];
	nch_weights *weights = open_header("{\"a_scale\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
	                                   "\"a\":{\"dtype\":\"I8\",\"shape\":[2,3],\"data_offsets\":[8,14]}}", 14);
	const nch_weight *a = weights ? nch_weights_find(weights, "a") : NULL;
	CHECK(a != NULL && a->scales != NULL && nch_weights_find(weights, "a_scale")->is_scales && !a->is_scales);
	if (a != NULL) {
		const float scales[] = {0.5f, -2.0f};
		memcpy((unsigned char *)(uintptr_t)a->scales, scales, sizeof scales);
		CHECK(nch_weight_to_float(a, numbers, &error) == NCH_OK && numbers[0] == 4.0f && numbers[2] == 5.0f && numbers[3] == -22.0f && numbers[5] == -26.0f);
		unsigned char piece[NCH_PIECE_BYTES];
		CHECK(nch_weight_convert(a, 2, 3, NCH_F32, piece, &error) == NCH_OK && memcmp(piece, numbers + 2, 12) == 0);
	}
	nch_weights_close(weights);
	CHECK(!opens("{\"a_scale\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},\"a\":{\"dtype\":\"I8\",\"shape\":[2,1],\"data_offsets\":[12,14]}}", 14));
	CHECK(strstr(error.text, "a_scale") != NULL && strstr(error.text, "one for each of its rows") != NULL);
	CHECK(!opens("{\"a_scale\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"I8\",\"shape\":[2,1],\"data_offsets\":[4,6]}}", 6));
	CHECK(!opens("{\"a_scale\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[4,5]}}", 5));
	CHECK(opens("{\"a_scale\":{\"dtype\":\"F32\",\"shape\":[0,1],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"I8\",\"shape\":[0,3],\"data_offsets\":[0,0]}}", 0));
	CHECK(opens("{\"a_scale\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},\"_scale\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[12,14]}}", 14));
}

TEST(writes_what_it_reads)
{
	static float x[6] = {1, -2, 0.5f, 1e-40f, 0, 65520}, y[1] = {3.25f};
	static const int64_t ids[2] = {7, 8};
	const nch_weight tensors[] = {
		{"z\"\n한", NCH_F32, 2, {2, 3}, 6, x, NULL, false}, {"none", NCH_F32, 2, {0, 4}, 0, x, NULL, false}, {"a", NCH_F32, 0, {0}, 1, y, NULL, false}, {"ids", NCH_I64, 1, {2}, 2, ids, NULL, false}};
	nch_weights *w = NULL;
	float out[6];
	char hex[65], again[65];
	CHECK(nch_weights_write(in_folder("model.safetensors"), tensors, 4, &error) == NCH_OK);
	CHECK(nch_weights_open(folder, &w, &error) == NCH_OK);
	CHECK(nch_weights_count(w) == 4);
	CHECK_TEXT(nch_weights_at(w, 0)->name, "z\"\n한");
	CHECK_TEXT(nch_weights_metadata(w, "format"), "pt");
	CHECK(memcmp(nch_weights_at(w, 0)->data, x, sizeof x) == 0 && memcmp(nch_weights_find(w, "ids")->data, ids, sizeof ids) == 0);
	CHECK(nch_weights_find(w, "ids")->type == NCH_I64);
	nch_weights_fingerprint(w, hex);
	/* written again, it is the same file */
	nch_buffer first = {0}, second = {0};
	nch_weight list[4];
	for (size_t i = 0; i < 4; i++)
		list[i] = *nch_weights_at(w, i);
	CHECK(nch_weights_write(in_folder("again.safetensors"), list, 4, &error) == NCH_OK);
	CHECK(nch_file_read(in_folder("model.safetensors"), 0, &first, &error) == NCH_OK);
	CHECK(nch_file_read(in_folder("again.safetensors"), 0, &second, &error) == NCH_OK);
	CHECK(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
	CHECK(first.data[0] % 8 == 0); /* the data are aligned */
	nch_buffer_free(&first);
	nch_buffer_free(&second);
	nch_weights_close(w);
	/* as half precision, and back */
	CHECK(nch_weights_write_as(in_folder("half.safetensors"), tensors, 4, NCH_F16, &error) == NCH_OK);
	CHECK(nch_weights_open(in_folder("half.safetensors"), &w, &error) == NCH_OK);
	CHECK(nch_weights_at(w, 0)->type == NCH_F16 && nch_weights_find(w, "ids")->type == NCH_I64);
	CHECK(nch_weight_to_float(nch_weights_at(w, 0), out, &error) == NCH_OK);
	CHECK(out[0] == 1 && out[1] == -2 && out[2] == 0.5f && out[3] == 0 && isinf(out[5]));
	nch_weights_fingerprint(w, again);
	CHECK(strcmp(hex, again) != 0);
	nch_weights_close(w);
	CHECK(nch_weights_write_as(in_folder("int.safetensors"), tensors, 4, NCH_I8, &error) == NCH_USAGE);
	CHECK(!nch_file_exists(in_folder("int.safetensors")));
}

TEST(refuses_to_write_nonsense)
{
	static float x[4];
	const nch_weight twice[] = {{"a", NCH_F32, 1, {4}, 4, x, NULL, false}, {"a", NCH_F32, 1, {4}, 4, x, NULL, false}};
	const nch_weight wrong[] = {{"a", NCH_F32, 1, {5}, 4, x, NULL, false}};
	CHECK(nch_weights_write(in_folder("bad.safetensors"), twice, 2, &error) == NCH_DATA && !nch_file_exists(path));
	CHECK(nch_weights_write(in_folder("bad.safetensors"), wrong, 1, &error) == NCH_DATA && !nch_file_exists(path));
	CHECK(nch_weights_write("/nonexistent-folder/x", twice, 1, &error) == NCH_IO);
}

/* The hash of the data alone, computed by another program: printf '\001\002\003' | sha256sum */
TEST(fingerprint)
{
	static const uint8_t bytes[3] = {1, 2, 3};
	const nch_weight tensors[] = {{"b", NCH_U8, 1, {2}, 2, bytes, NULL, false}, {"a", NCH_U8, 1, {1}, 1, bytes + 2, NULL, false}};
	nch_weights *w = NULL;
	char hex[65];
	CHECK(nch_weights_write(in_folder("three.safetensors"), tensors, 2, &error) == NCH_OK);
	CHECK(nch_weights_open(path, &w, &error) == NCH_OK);
	nch_weights_fingerprint(w, hex);
	CHECK_TEXT(hex, "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
	nch_weights_close(w);
}

static nch_status open_text(const char *name, const char *text, nch_weights **w)
{
	error = (nch_error){0};
	nch_status status = nch_file_write(in_folder(name), text, strlen(text), &error);
	return status == NCH_OK ? nch_weights_open(path, w, &error) : status;
}

TEST(shards)
{
	static float x[2] = {1, 2};
	const nch_weight a = {"a", NCH_F32, 1, {2}, 2, x, NULL, false}, b = {"b", NCH_F32, 1, {1}, 1, x, NULL, false};
	nch_weights *w = NULL;
	const char *good = "{\"metadata\":{\"total_size\":12},\"weight_map\":{\"b\":\"s-1.safetensors\",\"a\":\"s-2.safetensors\"}}";
	CHECK(nch_weights_write(in_folder("s-1.safetensors"), &b, 1, &error) == NCH_OK);
	CHECK(nch_weights_write(in_folder("s-2.safetensors"), &a, 1, &error) == NCH_OK);
	CHECK(open_text("model.safetensors.index.json", good, &w) == NCH_OK);
	CHECK(nch_weights_count(w) == 2 && nch_weights_find(w, "a")->count == 2 && nch_weights_find(w, "b")->count == 1);
	CHECK_TEXT(nch_weights_at(w, 0)->name, "b");
	nch_weights_close(w);
	CHECK(unlink(in_folder("model.safetensors")) == 0);
	CHECK(nch_weights_open(folder, &w, &error) == NCH_OK);
	nch_weights_close(w);
	CHECK(open_text("i.json", "{\"weight_map\":{\"b\":\"s-1.safetensors\",\"c\":\"s-2.safetensors\"}}", &w) == NCH_FORMAT && strstr(error.text, "\"c\""));
	CHECK(open_text("i.json", "{\"weight_map\":{\"b\":\"../s-1.safetensors\"}}", &w) == NCH_FORMAT && one_line());
	CHECK(open_text("i.json", "{\"weight_map\":{\"b\":\"..\"}}", &w) == NCH_FORMAT && one_line());
	CHECK(open_text("i.json", "{\"weight_map\":{\"b\":3}}", &w) == NCH_FORMAT && one_line());
	CHECK(open_text("i.json", "{\"weight_map\":{\"b\":\"gone.safetensors\"}}", &w) == NCH_IO && one_line());
	CHECK(open_text("i.json", "{\"weight_map\":[1]     }", &w) == NCH_FORMAT && one_line());
	CHECK(open_text("i.json", "{\"weight_map\"", &w) == NCH_FORMAT && one_line());
	CHECK(nch_weights_write(in_folder("s-2.safetensors"), &b, 1, &error) == NCH_OK);
	CHECK(open_text("i.json", good, &w) == NCH_FORMAT && strstr(error.text, "two tensors"));
}

TEST(absent_folder_empty)
{
	nch_weights *w = NULL;
	CHECK(nch_weights_open("/nonexistent", &w, &error) == NCH_IO && one_line());
	CHECK(nch_weights_open("/tmp/..", &w, &error) == NCH_IO && strstr(error.text, "model.safetensors"));
	CHECK(open_text("empty", "", &w) == NCH_FORMAT && one_line());
	CHECK(w == NULL);
}

TEST(every_allocation_may_fail)
{
	static float x[2] = {1, 2};
	const nch_weight tensors[] = {{"a", NCH_F32, 1, {2}, 2, x, NULL, false}, {"b", NCH_F16, 1, {2}, 2, x, NULL, false}};
	nch_status status = NCH_MEMORY;
	for (size_t n = 1; status != NCH_OK && n < 100; n++) {
		nch_alloc_fail_after(n);
		status = nch_weights_write(in_folder("m.safetensors"), tensors, 2, &error);
		nch_alloc_fail_after(0);
		CHECK(status == NCH_OK || !nch_file_exists(path));
	}
	CHECK(status == NCH_OK);
	status = NCH_MEMORY;
	for (size_t n = 1; status == NCH_MEMORY && n < 100; n++) {
		nch_weights *w = NULL;
		nch_alloc_fail_after(n);
		status = nch_weights_open(path, &w, &error);
		nch_alloc_fail_after(0);
		CHECK((status == NCH_OK) == (w != NULL));
		nch_weights_close(w);
	}
	CHECK(status == NCH_OK);
}

int main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	RUN(reads_tensors_in_the_order_of_their_data);
	RUN(legal_oddities);
	RUN(refuses_what_is_wrong);
	RUN(entries_are_bounded);
	RUN(cut_at_every_byte);
	RUN(every_bit_of_the_header_turned);
	RUN(halves);
	RUN(converts_to_float);
	RUN(bytes_with_scales);
	RUN(writes_what_it_reads);
	RUN(refuses_to_write_nonsense);
	RUN(fingerprint);
	RUN(shards);
	RUN(absent_folder_empty);
	RUN(every_allocation_may_fail);
	snprintf(path, sizeof path, "rm -r '%s'", folder);
	return test_end() | (system(path) != 0);
}
