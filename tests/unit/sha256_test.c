/* SHA-256 against the vectors of its standard. */
#include "base/sha256.h"

#include "test.h"

static void hash_hex(const char *bytes, size_t length, size_t piece, char hex[65])
{
	nch_sha256 hash;
	unsigned char digest[32];
	nch_sha256_start(&hash);
	for (size_t at = 0; at < length; at += piece)
		nch_sha256_add(&hash, bytes + at, length - at < piece ? length - at : piece);
	nch_sha256_finish(&hash, digest);
	nch_sha256_hex(digest, hex);
}

/* The examples of FIPS 180-2, appendix B, and the empty message. */
TEST(known_vectors)
{
	char hex[65];
	hash_hex("", 0, 1, hex);
	CHECK_TEXT(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_hex("abc", 3, 3, hex);
	CHECK_TEXT(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	hash_hex(two, strlen(two), 7, hex);
	CHECK_TEXT(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	static char million[1000000];
	memset(million, 'a', sizeof million);
	hash_hex(million, sizeof million, 999, hex);
	CHECK_TEXT(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(pieces_do_not_matter)
{
	char bytes[300], whole[65], parts[65];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7);
	for (size_t length = 0; length <= sizeof bytes; length++) {
		hash_hex(bytes, length, 300, whole);
		hash_hex(bytes, length, 1 + length % 67, parts);
		CHECK_TEXT(whole, parts);
	}
}

int main(void)
{
	RUN(known_vectors);
	RUN(pieces_do_not_matter);
	return test_end();
}
