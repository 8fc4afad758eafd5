#include <stddef.h>
#include <stdint.h>

// Of the library that `-sanitize=fuzzer` links; there is no header that declares it.
int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*user_callback)(const uint8_t *data, size_t size));
