/* What older Wines lack and the standard library of Rust imports: a source of chance. For tests under Wine alone, where
 * .ci/windows lays it into the system's folder; every Windows has a better one. */
#include <stdbool.h>
#include <stddef.h>

/* Of advapi32, as RtlGenRandom. */
unsigned char __stdcall SystemFunction036(void *bytes, unsigned long length);

__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *bytes, size_t length) {
    return SystemFunction036(bytes, (unsigned long)length);
}
