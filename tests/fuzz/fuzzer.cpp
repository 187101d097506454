#include "targets.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// libFuzzer's way in. One program for all targets, as they share what is slow to build; which one
// it is says HUBLOAD_FUZZ_TARGET.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const fuzz::Target &wantedTarget()
{
    const char *variable = std::getenv("HUBLOAD_FUZZ_TARGET");
    const std::string_view name = variable ? variable : "";
    const auto targets = fuzz::targets();
    const auto found = std::find_if(targets.begin(), targets.end(),
                                    [name](const auto &target) { return target.name == name; });
    if (found == targets.end()) {
        std::fputs("HUBLOAD_FUZZ_TARGET names no target of tests/fuzz/targets.cpp\n", stderr);
        std::exit(2);
    }
    return *found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const fuzz::Target &target = wantedTarget();
    target.run(QByteArray(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)));
    return 0;
}
