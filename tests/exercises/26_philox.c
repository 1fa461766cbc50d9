/* Exercise 26: a round of Philox. See docs/numbers.md; `make exercise-26` checks it.
 *
 * Philox4x32-10 (Salmon et al. 2011). Ten rounds: with the 64-bit products p = 0xD2511F53 · c0 and q = 0xCD9E8D57 · c2 the counter becomes
 * (high(q) ^ c1 ^ k0, low(q), high(p) ^ c3 ^ k1, low(p)). Before every round but the first, k0 grows by 0x9E3779B9 and k1 by 0xBB67AE85. */
#include "tests/exercises/exercises.h"

void exercise_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
	for (int i = 0; i < 4; i++)
		out[i] = counter[i] ^ key[i % 2]; /* here */
}
