#pragma once

#include <QByteArray>

#include <span>

namespace fuzz {

// What strangers' bytes reach first. A target runs one parser over the bytes, or a few that take
// the same, and ends the program when a promise of the parser is broken.
struct Target {
    const char *name; // also of its folders below corpus/ and findings/
    void (*run)(const QByteArray &bytes);
};

std::span<const Target> targets();

} // namespace fuzz
