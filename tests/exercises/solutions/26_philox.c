/* A solution of exercise 26: a round of Philox.
 *
 * Philox4x32-10 (Salmon et al. 2011). Ten rounds: with the 64-bit products p = 0xD2511F53 · c0 and q = 0xCD9E8D57 · c2 the counter becomes
 * (high(q) ^ c1 ^ k0, low(q), high(p) ^ c3 ^ k1, low(p)). Before every round but the first, k0 grows by 0x9E3779B9 and k1 by 0xBB67AE85. */
#include "tests/exercises/exercises.h"

void exercise_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
	uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]}, k0 = key[0], k1 = key[1];
	for (int round = 0; round < 10; round++) {
		uint64_t p = (uint64_t)0xD2511F53u * c[0], q = (uint64_t)0xCD9E8D57u * c[2];
		uint32_t next[4] = {(uint32_t)(q >> 32) ^ c[1] ^ k0, (uint32_t)q, (uint32_t)(p >> 32) ^ c[3] ^ k1, (uint32_t)p};
		for (int i = 0; i < 4; i++)
			c[i] = next[i];
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	for (int i = 0; i < 4; i++)
		out[i] = c[i];
}
