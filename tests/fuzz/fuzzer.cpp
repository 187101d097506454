#include "targets.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

// libFuzzer's way in, one program for each target.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const auto target =
        std::find_if(fuzz::targets().begin(), fuzz::targets().end(), [](const auto &one) {
            return std::string_view(one.name) == HUBLOAD_FUZZ_TARGET;
        });
    target->run(QByteArray(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)));
    return 0;
}
