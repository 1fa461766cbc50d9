/* dispatch.c - which table of kernels this processor can run.
 *
 * Compiled without any flag of an instruction set, so that it runs everywhere. On x86 the processor's word (CPUID) is not enough: the operating
 * system must also save the wide registers (XGETBV). */
#include "kernels/int8.h"
#include "kernels/isas.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include "base/os.h"
#endif

#if defined(__x86_64__)
static uint64_t enabled_registers(void) /* XCR0 */
{
	uint32_t low, high;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static int has_avx2(void)
{
	unsigned a, b, c, d;
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX) || !(c & bit_FMA))
		return 0;
	if ((enabled_registers() & 0x6) != 0x6) /* xmm and ymm */
		return 0;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_AVX2);
}

static int has_avx512(void)
{
	const unsigned wanted = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
	unsigned a, b, c, d;
	if (!has_avx2() || (enabled_registers() & 0xE6) != 0xE6) /* and the masks and zmm */
		return 0;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & wanted) == wanted;
}

static int has_avx512_vnni(void)
{
	unsigned a, b, c, d;
	return has_avx512() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & (1u << 11));
}

#if defined(NCH_HAS_avx2_vnni)
static int has_avx2_vnni(void)
{
	unsigned a, b, c, d;
	return has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 4));
}
#endif
#elif defined(__aarch64__)
static int has_dot(void)
{
	return nch_os_has_dot();
}
#endif

static int always(void)
{
	return 1;
}

#define DECLARE(isa, supported) extern const nch_kernels nch_kernels_##isa;
NCH_ISAS(DECLARE)

static const struct choice {
	const char *name;
	const nch_kernels *table;
	int (*supported)(void);
} choices[] = { /* best first */
#define ROW(isa, supported) {#isa, &nch_kernels_##isa, supported},
	NCH_ISAS(ROW)
};

enum { CHOICES = sizeof choices / sizeof *choices };

static int is_known(const char *isa)
{
#define NAME(isa) #isa,
	static const char *const known[] = {"auto", NCH_ISA_NAMES(NAME)};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(isa, known[i]) == 0)
			return 1;
	return 0;
}

const nch_kernels *nch_kernels_find(const char *isa)
{
	for (size_t i = 0; i < CHOICES; i++)
		if ((strcmp(isa, "auto") == 0 || strcmp(isa, choices[i].name) == 0) && choices[i].supported())
			return choices[i].table;
	return NULL;
}

const char *nch_kernels_why(const char *isa)
{
	if (nch_kernels_find(isa))
		return "available";
	if (!is_known(isa))
		return "unknown; there are " NCH_ISA_LIST;
	for (size_t i = 0; i < CHOICES; i++)
		if (strcmp(isa, choices[i].name) == 0)
			return "not supported by this processor";
	return "not made for this kind of machine";
}

const char *const *nch_kernels_available(void)
{
	static const char *names[CHOICES + 1]; /* filled alike by whoever comes first */
	size_t count = 0;
	for (size_t i = 0; i < CHOICES; i++)
		if (choices[i].supported())
			names[count++] = choices[i].name;
	return names;
}

/* --- products of bytes --- */

#define DECLARE_INT8(isa, name, supported) extern const nch_int8_kernels nch_int8_kernels_##name;
NCH_INT8_ISAS(DECLARE_INT8)

static const struct int8_choice {
	const char *isa; /* whose part it is */
	const nch_int8_kernels *table;
	int (*supported)(void);
} int8_choices[] = { /* best first */
#define INT8_ROW(isa, name, supported) {#isa, &nch_int8_kernels_##name, supported},
	NCH_INT8_ISAS(INT8_ROW)
};

enum { INT8_CHOICES = sizeof int8_choices / sizeof *int8_choices };

const nch_int8_kernels *nch_int8_find(const char *isa)
{
	for (size_t i = 0; i < INT8_CHOICES; i++)
		if ((strcmp(isa, "auto") == 0 || strcmp(isa, int8_choices[i].isa) == 0) && int8_choices[i].supported())
			return int8_choices[i].table;
	return NULL;
}

const nch_int8_kernels *const *nch_int8_available(void)
{
	static const nch_int8_kernels *tables[INT8_CHOICES + 1]; /* filled alike by whoever comes first */
	size_t count = 0;
	for (size_t i = 0; i < INT8_CHOICES; i++)
		if (int8_choices[i].supported())
			tables[count++] = int8_choices[i].table;
	return tables;
}
