/* What torch.save wrote: files of every kind that it has written, and hostile ones. */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/pickle.h"
#include "io/weights_private.h"
#include "test.h"

static nch_error error;

static nch_weights *open_bytes(const unsigned char *bytes, size_t size)
{
	static unsigned char *copy; /* exact, so that sanitizers see a byte read too far */
	free(copy);
	copy = malloc(size > 0 ? size : 1);
	memcpy(copy, bytes, size);
	error = (nch_error){0};
	nch_weights *weights = nch_weights_new();
	if (nch_torch_is(copy, size) && nch_torch_read(weights, copy, size, "f", &error) == NCH_OK && nch_weights_finish(weights, "f", &error) == NCH_OK)
		return weights;
	nch_weights_close(weights);
	return NULL;
}

static int one_line(void)
{
	return error.text[0] != '\0' && strchr(error.text, '\n') == NULL;
}

static int holds(const nch_weights *weights, const char *name, nch_dtype type, size_t rank, const size_t *shape, const float *numbers)
{
	const nch_weight *w = nch_weights_find(weights, name);
	float got[64];
	if (w == NULL || w->type != type || w->rank != rank || w->count > 64)
		return 0;
	for (size_t d = 0; d < rank; d++)
		if (w->shape[d] != shape[d])
			return 0;
	return nch_weight_to_float(w, got, &error) == NCH_OK && memcmp(got, numbers, w->count * sizeof *got) == 0;
}

static void check_numbers(const nch_weights *w)
{
	static const float plain[] = {0, 1, 2, 3, 4, 5}, two[] = {1.5f, -2}, ones[] = {1, 1, 1}, twoth[] = {3.25f};
	static const float part[] = {8 / 8.0f, 9 / 8.0f, 10 / 8.0f, 14 / 8.0f, 15 / 8.0f, 16 / 8.0f};
	float base[24], turned[24];
	for (size_t i = 0; i < 24; i++) {
		base[i] = (float)i / 8;
		turned[i % 6 * 4 + i / 6] = (float)i / 8;
	}
	CHECK(nch_weights_count(w) == 11);
	CHECK_TEXT(nch_weights_at(w, 0)->name, "plain");
	CHECK(holds(w, "plain", NCH_F32, 2, (size_t[]){2, 3}, plain));
	CHECK(holds(w, "half", NCH_F16, 1, (size_t[]){2}, two));
	CHECK(holds(w, "brain", NCH_BF16, 1, (size_t[]){2}, two));
	CHECK(holds(w, "double", NCH_F64, 0, NULL, twoth));
	CHECK(holds(w, "turned", NCH_F32, 2, (size_t[]){6, 4}, turned));
	CHECK(holds(w, "part", NCH_F32, 2, (size_t[]){2, 3}, part));
	CHECK(holds(w, "tied", NCH_F32, 2, (size_t[]){4, 6}, base));
	CHECK(holds(w, "parameter", NCH_F32, 1, (size_t[]){3}, ones));
	CHECK(holds(w, "empty", NCH_F32, 2, (size_t[]){0, 5}, plain));
	CHECK(nch_weights_find(w, "long")->type == NCH_I64 && ((const unsigned char *)nch_weights_find(w, "long")->data)[8] == 1);
	CHECK(nch_weights_find(w, "flag")->type == NCH_BOOL && ((const unsigned char *)nch_weights_find(w, "flag")->data)[0] == 1);
}

static const char *const files[] = {"tests/golden/torch_zip.bin", "tests/golden/torch_stream.bin"};

/* The last two as training scripts save them: a dictionary, or two, around the state dict, and a loss and a step beside it, which are tensors, too. */
TEST(reads_both_formats)
{
	static const char *const all[] = {"tests/golden/torch_zip.bin", "tests/golden/torch_stream.bin", "tests/golden/torch_nested.bin",
	                                  "tests/golden/torch_nested_twice.bin"};
	for (size_t f = 0; f < 4; f++) {
		nch_weights *w = NULL;
		CHECK(nch_weights_open(all[f], &w, &error) == NCH_OK);
		if (w != NULL)
			check_numbers(w);
		nch_weights_close(w);
	}
}

/* Every cut is seen: the zip's end is its directory, the stream's its last storage. */
TEST(cut_at_every_byte)
{
	for (size_t f = 0; f < 2; f++) {
		nch_buffer file = {0};
		CHECK(nch_file_read(files[f], 0, &file, &error) == NCH_OK);
		for (size_t cut = 16; cut < file.length; cut++) {
			nch_weights *w = open_bytes((unsigned char *)file.data, cut);
			CHECK(w == NULL && one_line());
			nch_weights_close(w);
		}
		nch_buffer_free(&file);
	}
}

/* Every bit of the file turned: an error, or tensors all of whose bytes can be read. */
TEST(every_bit_turned)
{
	for (size_t f = 0; f < 2; f++) {
		nch_buffer file = {0};
		size_t refused = 0;
		char hex[65];
		CHECK(nch_file_read(files[f], 0, &file, &error) == NCH_OK);
		for (size_t bit = 8 * 16; bit < 8 * file.length; bit++) {
			file.data[bit / 8] ^= (char)(1 << bit % 8);
			nch_weights *w = open_bytes((unsigned char *)file.data, file.length);
			if (w != NULL)
				nch_weights_fingerprint(w, hex);
			else
				CHECK(one_line());
			refused += w == NULL;
			nch_weights_close(w);
			file.data[bit / 8] ^= (char)(1 << bit % 8);
		}
		CHECK(refused > 1000);
		nch_buffer_free(&file);
	}
}

TEST(writes_what_it_reads)
{
	static float x[6] = {1, -2, 0.5f, 1e-40f, 0, 3};
	static const int64_t ids[2] = {7, 8};
	const nch_weight tensors[] = {{"z\"\n한", NCH_F32, 2, {2, 3}, 6, x, NULL, false}, {"none", NCH_F32, 2, {0, 4}, 0, x, NULL, false}, {"one", NCH_F32, 0, {0}, 1, x + 1, NULL, false},
	                              {"ids", NCH_I64, 1, {2}, 2, ids, NULL, false}};
	char path[] = "/tmp/nunchi-torch-XXXXXX";
	nch_weights *w = NULL;
	int descriptor = mkstemp(path);
	CHECK(descriptor >= 0);
	close(descriptor);
	for (int half = 0; half < 2; half++) {
		CHECK(nch_weights_write_torch(path, tensors, 4, half ? NCH_BF16 : NCH_F32, &error) == NCH_OK);
		CHECK(nch_weights_open(path, &w, &error) == NCH_OK);
		CHECK(nch_weights_count(w) == 4);
		CHECK(half || holds(w, "z\"\n한", NCH_F32, 2, (size_t[]){2, 3}, x));
		CHECK(holds(w, "none", half ? NCH_BF16 : NCH_F32, 2, (size_t[]){0, 4}, x));
		CHECK(holds(w, "one", half ? NCH_BF16 : NCH_F32, 0, NULL, x + 1));
		CHECK(memcmp(nch_weights_find(w, "ids")->data, ids, sizeof ids) == 0);
		CHECK((uintptr_t)nch_weights_find(w, "ids")->data % 64 == 0);
		nch_weights_close(w);
	}
	unlink(path);
	CHECK(nch_weights_write_torch(path, (nch_weight[]){tensors[0], tensors[0]}, 2, NCH_F32, &error) == NCH_DATA && !nch_file_exists(path));
	CHECK(nch_weights_write_torch(path, tensors, 4, NCH_F64, &error) == NCH_USAGE && !nch_file_exists(path));
}

/* --- the machine --- */

static nch_arena *arena;
static nch_pickle_names some_names = {"collections\nOrderedDict", "torch\nFloatStorage", NULL};

static const nch_pickle *run(const char *bytes, size_t size)
{
	const nch_pickle *value = NULL, *last;
	size_t used;
	error = (nch_error){0};
	nch_arena_reset(arena);
	return nch_pickle_read((const unsigned char *)bytes, size, some_names, "p", arena, &value, &last, &used, &error) == NCH_OK ? value : NULL;
}
#define RUN_PICKLE(bytes) run((bytes), sizeof(bytes) - 1)

TEST(values)
{
	const nch_pickle *v;
	CHECK((v = RUN_PICKLE("\x80\x02K\x07.")) && v->kind == NCH_PICKLE_INTEGER && v->integer == 7);
	CHECK((v = RUN_PICKLE("J\xFE\xFF\xFF\xFF.")) && v->integer == -2);
	CHECK((v = RUN_PICKLE("M\x01\x02.")) && v->integer == 513);
	CHECK((v = RUN_PICKLE("\x8a\x00.")) && v->integer == 0);
	CHECK((v = RUN_PICKLE("\x8a\x01\xFF.")) && v->integer == -1);
	CHECK((v = RUN_PICKLE("\x8a\x02\xFF\x00.")) && v->integer == 255);
	CHECK((v = RUN_PICKLE("\x8a\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09.")) && v->kind == NCH_PICKLE_LONG && v->length == 9);
	CHECK((v = RUN_PICKLE("G\x3f\xf8\x00\x00\x00\x00\x00\x00.")) && v->kind == NCH_PICKLE_REAL && v->real == 1.5);
	CHECK((v = RUN_PICKLE("X\x03\x00\x00\x00" "abc.")) && nch_pickle_is_text(v, "abc") && !nch_pickle_is_text(v, "ab"));
	CHECK((v = RUN_PICKLE("(K\x01K\x02t.")) && v->kind == NCH_PICKLE_TUPLE && v->count == 2 && v->items[1]->integer == 2);
	CHECK((v = RUN_PICKLE("]q\x00(K\x01K\x02" "e.")) && v->kind == NCH_PICKLE_LIST && v->count == 2);
	CHECK((v = RUN_PICKLE("]\x94h\x00" "a.")) && v->count == 1 && v->items[0] == v); /* a list that holds itself */
	CHECK((v = RUN_PICKLE("}(K\x01K\x02K\x03K\x04u.")) && v->kind == NCH_PICKLE_DICT && v->count == 4);
	CHECK((v = RUN_PICKLE("ccollections\nOrderedDict\n)R}b.")) && nch_pickle_call(v, "collections\nOrderedDict", 0) != NULL);
	CHECK((v = RUN_PICKLE("\x8c\x05torch\x8c\x0c" "FloatStorage\x93.")) && v->kind == NCH_PICKLE_GLOBAL && nch_pickle_is_text(v, "torch\nFloatStorage"));
}

TEST(refuses)
{
#define REFUSED(bytes, says) CHECK(RUN_PICKLE(bytes) == NULL && one_line() && strstr(error.text, says) != NULL)
	REFUSED("cos\nsystem\n(X\x02\x00\x00\x00lstR.", "os.system");
	REFUSED("c__builtin__\neval\n(X\x01\x00\x00\x00" "1tR.", "__builtin__.eval");
	REFUSED("\x8c\x02os\x8c\x06system\x93.", "os.system");
	REFUSED("ctorch\nFloatStorag\n.", "torch.FloatStorag");
	REFUSED("(ios\nsystem\n.", "opcode 0x69"); /* INST */
	REFUSED("(cos\nsystem\no.", "os.system");  /* OBJ */
	REFUSED("\x82\x01.", "opcode 0x82");       /* EXT1 */
	REFUSED("Pabc\n.", "opcode 0x50");         /* PERSID */
	REFUSED(")\x81.", "opcode 0x81");          /* NEWOBJ */
	REFUSED("K\x01)R.", "no function");
	REFUSED("ctorch\nFloatStorage\nK\x01R.", "no function");
	REFUSED("", "ends too early");
	REFUSED("K\x01", "ends too early");
	REFUSED(".", "nothing is on its stack");
	REFUSED("(.", "nothing is on its stack");
	REFUSED("(K\x01", "ends too early");
	REFUSED("K\x01t.", "mark is missing");
	REFUSED("X\xFF\xFF\xFF\x7F" "abc.", "beyond its end");
	REFUSED("\x8d\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF" "abc.", "beyond its end");
	REFUSED("\x8b\xFF\xFF\xFF\xFF.", "ends too early");
	REFUSED("h\x00.", "never set");
	REFUSED("K\x01r\xFF\xFF\xFF\xFF.", "beyond reason");
	REFUSED("]K\x01K\x02s.", "no container");
	REFUSED("}K\x01" "a.", "no container");
	REFUSED("}(K\x01u.", "no container");
	REFUSED("\x80\x09K\x01.", "protocol");
	REFUSED("\x95\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFK\x01.", "frame");
	REFUSED("ccollections\nOrderedDict", "ends too early");
}

/* A stream file around one pickle, to which the machine has no objection but the reader must. */
static const char *state(const char *object, size_t size)
{
	static const unsigned char head[] = {0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, '.', 0x80, 0x02, 'M', 0xE9, 0x03, '.',
	                                     0x80, 0x02, '}', '.'};
	static const char tail[] = "\x80\x02]X\x01\x00\x00\x00" "0a.\x04\x00\x00\x00\x00\x00\x00\x00" "abcdefghijklmnop";
	static unsigned char file[4096];
	memcpy(file, head, sizeof head);
	memcpy(file + sizeof head, object, size);
	memcpy(file + sizeof head + size, tail, sizeof tail - 1);
	nch_weights *w = open_bytes(file, sizeof head + size + sizeof tail - 1);
	static char result[700];
	snprintf(result, sizeof result, "%s", w != NULL ? "ok" : error.text);
	nch_weights_close(w);
	return result;
}

#define STORAGE(type, count) "(X\x07\x00\x00\x00storagectorch\n" type "\nX\x01\x00\x00\x00" "0X\x03\x00\x00\x00" "cpuK" count "NtQ"
#define TENSOR(storage, offset, size, stride) "ctorch._utils\n_rebuild_tensor_v2\n(" storage "K" offset "(" size "t(" stride "t\x89}tR"
#define STATE(tensor) state("}X\x01\x00\x00\x00x" tensor "s.", sizeof("}X\x01\x00\x00\x00x" tensor "s.") - 1)

TEST(tensors_are_held_against_their_storages)
{
	CHECK_TEXT(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x00", "K\x02K\x02", "K\x02K\x01")), "ok");
	CHECK_TEXT(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x01", "K\x02", "K\x02")), "ok");
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x01", "K\x02K\x02", "K\x02K\x01")), "beyond the end"));
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x00", "K\x02", "K\x04")), "beyond the end"));
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x00", "K\x05", "K\x00")), "repeats"));
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x00", "J\xFF\xFF\xFF\x7FJ\xFF\xFF\xFF\x7FJ\xFF\xFF\xFF\x7F", "K\x00K\x00K\x00")), "memory"));
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x00", "K\x02", "\x8a\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F")), "beyond the end"));
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x00", "J\xFF\xFF\xFF\xFF", "K\x01")), "shape"));
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x04"), "\x00", "K\x02K\x02", "K\x01")), "shape"));
	CHECK(strstr(STATE(TENSOR(STORAGE("FloatStorage", "\x05"), "\x00", "K\x02", "K\x01")), "followed by 4"));
	CHECK(strstr(STATE(TENSOR(STORAGE("DoubleStorage", "\x04"), "\x00", "K\x02", "K\x01")), "cut"));
	CHECK(strstr(STATE(TENSOR("K\x01", "\x00", "K\x02", "K\x01")), "no storage"));
	CHECK(strstr(STATE("K\x01"), "no tensors"));
	CHECK(strstr(state("]K\x01" "a.", 5), "no dictionary"));
}

TEST(every_allocation_may_fail)
{
	for (size_t f = 0; f < 2; f++) {
		nch_status status = NCH_MEMORY;
		for (size_t n = 1; status == NCH_MEMORY && n < 200; n++) {
			nch_weights *w = NULL;
			nch_alloc_fail_after(n);
			status = nch_weights_open(files[f], &w, &error);
			nch_alloc_fail_after(0);
			CHECK((status == NCH_OK) == (w != NULL));
			nch_weights_close(w);
		}
		CHECK(status == NCH_OK);
	}
}

int main(void)
{
	arena = nch_arena_new(0);
	RUN(reads_both_formats);
	RUN(cut_at_every_byte);
	RUN(every_bit_turned);
	RUN(writes_what_it_reads);
	RUN(values);
	RUN(refuses);
	RUN(tensors_are_held_against_their_storages);
	RUN(every_allocation_may_fail);
	nch_arena_free(arena);
	return test_end();
}
