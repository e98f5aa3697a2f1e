/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wide vectors where the processor has them. A program built for every x86-64
 * may use 16-byte registers only; most processors since 2013 have 32-byte ones
 * (AVX2). VECTOR_CLONES before a function's definition has GCC compile it,
 * with all that is inlined into it, once for either kind, and the loader takes
 * the one that fits the processor it finds.
 *
 * Put it on functions that spend their time in loops over floats, calls
 * nothing big, and are called a few million times at most: a call goes
 * through a pointer and is not inlined.
 *
 * All clones give the same bits: -std=c11 keeps GCC from fusing a product and
 * a sum (-ffp-contract=off) and from changing the order of sums.
 *
 * Elsewhere it is nothing: other processors, other compilers and C libraries,
 * and builds with the sanitizers of addresses and threads, which are not ready
 * yet when the loader asks which clone to take.
 */
#ifndef ACQUIRE_VECTOR_H
#define ACQUIRE_VECTOR_H

/* Eight floats at once. May stand for those of a struct motion. Aligned by
 * name: by itself only as the registers are that all processors have, and
 * clones rely on more. */
typedef float octet __attribute__((vector_size(32), aligned(32), may_alias));

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) &&      \
    !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                   \
    !defined(__SANITIZE_THREAD__)
#define VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define VECTOR_CLONES
#endif

/* Before what a clone calls and is in the same file: part of the clone. GCC 12
 * forgets to clean the wide registers after a call to a static function, and
 * then whatever comes next is slow. */
#if defined(__GNUC__)
#define VECTOR_INLINE static inline __attribute__((always_inline))
#else
#define VECTOR_INLINE static inline
#endif

#endif
