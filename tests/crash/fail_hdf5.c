/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded: the n-th call of HDF5 that carpus makes fails; see fail.h. */
#define _GNU_SOURCE
#include <dlfcn.h>

#include "tests/crash/fail.h"

/* All arguments but one's are whole numbers or pointers, eight at most; the
 * machine passes on what was not given as it found it. */
#define SHIM(name, failure)                                                    \
    long name(long a, long b, long c, long d, long e, long f, long g, long h); \
    long name(long a, long b, long c, long d, long e, long f, long g, long h)  \
    {                                                                          \
        static long (*real)(long, long, long, long, long, long, long, long);   \
        if (real == NULL) {                                                    \
            void *symbol = dlsym(RTLD_NEXT, #name);                            \
            real = *(long (**)(long, long, long, long, long, long, long,       \
                               long))(void *)&symbol;                          \
        }                                                                      \
        return fail_now() ? (failure) : real(a, b, c, d, e, f, g, h);          \
    }

SHIM(H5Aclose, -1)
SHIM(H5Acreate2, -1)
SHIM(H5Aexists, -1)
SHIM(H5Aget_space, -1)
SHIM(H5Aget_type, -1)
SHIM(H5Aopen, -1)
SHIM(H5Aread, -1)
SHIM(H5Awrite, -1)
SHIM(H5Dclose, -1)
SHIM(H5Dcreate2, -1)
SHIM(H5Dget_chunk_storage_size, -1)
SHIM(H5Dget_create_plist, -1)
SHIM(H5Dget_space, -1)
SHIM(H5Dget_storage_size, 0)
SHIM(H5Dget_type, -1)
SHIM(H5Dopen2, -1)
SHIM(H5Dread, -1)
SHIM(H5Dread_chunk, -1)
SHIM(H5Dset_extent, -1)
SHIM(H5Dwrite, -1)
SHIM(H5Fclose, -1)
SHIM(H5Fcreate, -1)
SHIM(H5Fflush, -1)
SHIM(H5Fopen, -1)
SHIM(H5Gcreate2, -1)
SHIM(H5Gget_info, -1)
SHIM(H5Gopen2, -1)
SHIM(H5Idec_ref, -1)
SHIM(H5Lexists, -1)
SHIM(H5Lget_info, -1)
SHIM(H5Lget_name_by_idx, -1)
SHIM(H5Pcreate, -1)
SHIM(H5Pget_chunk, -1)
SHIM(H5Pget_external_count, -1)
SHIM(H5Pget_filter2, -1)
SHIM(H5Pget_layout, -1)
SHIM(H5Pget_mdc_config, -1)
SHIM(H5Pget_nfilters, -1)
SHIM(H5Pset_chunk, -1)
SHIM(H5Pset_fclose_degree, -1)
SHIM(H5Pset_fletcher32, -1)
SHIM(H5Pset_libver_bounds, -1)
SHIM(H5Pset_mdc_config, -1)
SHIM(H5Screate, -1)
SHIM(H5Screate_simple, -1)
SHIM(H5Sget_simple_extent_dims, -1)
SHIM(H5Sget_simple_extent_ndims, -1)
SHIM(H5Sget_simple_extent_npoints, -1)
SHIM(H5Sselect_hyperslab, -1)
SHIM(H5Tcopy, -1)
SHIM(H5Tcreate, -1)
SHIM(H5Tdetect_class, -1)
SHIM(H5Tequal, -1)
SHIM(H5Tget_class, -1)
SHIM(H5Tget_cset, -1)
SHIM(H5Tget_member_class, -1)
SHIM(H5Tget_member_index, -1)
SHIM(H5Tget_member_name, 0)
SHIM(H5Tget_nmembers, -1)
SHIM(H5Tget_order, -1)
SHIM(H5Tget_sign, -1)
SHIM(H5Tget_size, 0)
SHIM(H5Tinsert, -1)
SHIM(H5Tis_variable_str, -1)
SHIM(H5Tset_cset, -1)
SHIM(H5Tset_size, -1)
SHIM(H5Tset_strpad, -1)

/* One has a number that is not whole. */
int H5Pset_cache(long list, int unused, size_t slots, size_t bytes, double w0);
int H5Pset_cache(long list, int unused, size_t slots, size_t bytes, double w0)
{
    static int (*real)(long, int, size_t, size_t, double);
    if (real == NULL) {
        void *symbol = dlsym(RTLD_NEXT, "H5Pset_cache");
        real = *(int (**)(long, int, size_t, size_t, double))(void *)&symbol;
    }
    return fail_now() ? -1 : real(list, unused, slots, bytes, w0);
}
