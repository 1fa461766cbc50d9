/* sha256.h - SHA-256 (FIPS 180-4), the fingerprint of weights and files. */
#ifndef NCH_BASE_SHA256_H
#define NCH_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct nch_sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	unsigned char block[64];
} nch_sha256;

void nch_sha256_start(nch_sha256 *hash);
void nch_sha256_add(nch_sha256 *hash, const void *bytes, size_t length);
void nch_sha256_finish(nch_sha256 *hash, unsigned char digest[32]);
void nch_sha256_hex(const unsigned char digest[32], char hex[65]); /* lower case, NUL-terminated */

#endif
