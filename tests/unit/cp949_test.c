/* CP949: every byte pair and every code point as Python's codec has them (tests/golden/cp949.py). */
#include "io/cp949.h"

#include "base/sha256.h"
#include "test.h"
#include "tests/golden/cp949_golden.h"

static void add(nch_sha256 *hash, uint32_t value)
{
	const unsigned char bytes[4] = {(unsigned char)value, (unsigned char)(value >> 8), (unsigned char)(value >> 16), (unsigned char)(value >> 24)};
	nch_sha256_add(hash, bytes, 4);
}

static void check_hash(nch_sha256 *hash, const char *golden)
{
	unsigned char digest[32];
	char hex[65];
	nch_sha256_finish(hash, digest);
	nch_sha256_hex(digest, hex);
	CHECK_TEXT(hex, golden);
}

/* The character that these bytes are, all of them. */
static uint32_t whole(const unsigned char *bytes, size_t length)
{
	uint32_t code;
	return nch_cp949_decode(bytes, length, &code) == length ? code : NCH_CP949_BAD;
}

TEST(every_pair_of_bytes)
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	for (unsigned a = 0; a < 256; a++)
		add(&hash, whole((const unsigned char[]){(unsigned char)a}, 1));
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++)
			add(&hash, whole((const unsigned char[]){(unsigned char)a, (unsigned char)b}, 2));
	check_hash(&hash, golden_cp949_decode);
}

TEST(every_code_point)
{
	nch_sha256 hash;
	nch_sha256_start(&hash);
	for (uint32_t code = 0; code < 0x110000; code++) {
		unsigned char bytes[2];
		size_t length = nch_cp949_encode(code, bytes);
		add(&hash, length == 0 ? NCH_CP949_BAD : length == 1 ? bytes[0] : (uint32_t)bytes[0] << 8 | bytes[1]);
		if (length > 0)
			CHECK(whole(bytes, length) == code);
	}
	check_hash(&hash, golden_cp949_encode);
}

TEST(cut_and_bad)
{
	uint32_t code;
	CHECK(nch_cp949_decode((const unsigned char *)"\xB0", 1, &code) == 0);
	CHECK(nch_cp949_decode((const unsigned char *)"\xB0\xA1z", 3, &code) == 2 && code == 0xAC00);
	CHECK(nch_cp949_decode((const unsigned char *)"\xB0 ", 2, &code) == 1 && code == NCH_CP949_BAD);
	CHECK(nch_cp949_decode((const unsigned char *)"\xFF\xFF", 2, &code) == 1 && code == NCH_CP949_BAD);
	CHECK(nch_cp949_decode((const unsigned char *)"z", 1, &code) == 1 && code == 'z');
}

int main(void)
{
	RUN(every_pair_of_bytes);
	RUN(every_code_point);
	RUN(cut_and_bad);
	return test_end();
}
