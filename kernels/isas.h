/* isas.h - the instruction sets, said once: who wants a name, a declaration or a row for each writes a macro X and gives it to one of these lists.
 *
 * A new set is: a row in each list that it belongs to, what recognises its processors (dispatch.c), its v16 (vec.h), its flags (Makefile). */
#ifndef NCH_KERNELS_ISAS_H
#define NCH_KERNELS_ISAS_H

/* X(name): all that there are, in the order in which people are told of them. */
#define NCH_ISA_NAMES(X) X(scalar) X(avx2) X(avx512) X(neon)
#define NCH_ISA_LIST "auto, scalar, avx2, avx512 and neon"

/* X(name, supported): those of this kind of machine, best first; whether its processor can, dispatch.c asks with supported().
 * X(isa, name, supported): the same for products of bytes (int8.h); several may belong to one set. */
#if defined(__x86_64__)
#define NCH_ISAS(X) X(avx512, has_avx512) X(avx2, has_avx2) X(scalar, always)
#if defined(NCH_HAS_avx2_vnni) /* not every compiler knows it */
#define NCH_INT8_AVX2_VNNI(X) X(avx2, avx2_vnni, has_avx2_vnni)
#else
#define NCH_INT8_AVX2_VNNI(X)
#endif
#define NCH_INT8_ISAS(X) \
	X(avx512, avx512_vnni, has_avx512_vnni) X(avx512, avx512, has_avx512) NCH_INT8_AVX2_VNNI(X) X(avx2, avx2, has_avx2) X(scalar, scalar, always)
#elif defined(__aarch64__)
#define NCH_ISAS(X) X(neon, always) X(scalar, always)
#define NCH_INT8_ISAS(X) X(neon, neon_dot, has_dot) X(neon, neon, always) X(scalar, scalar, always)
#else
#define NCH_ISAS(X) X(scalar, always)
#define NCH_INT8_ISAS(X) X(scalar, scalar, always)
#endif

#endif
