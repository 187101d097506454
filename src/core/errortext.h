#pragma once

#include <QString>

#include "core/error.h"

namespace core {

// The words a person reads. Form: what happened, why, what to do. Translated once here (context
// "core::ErrorText") for window and command line.
struct ErrorText {
    QString title; // what happened, one sentence
    QString advice; // what the person can do; may be empty
};

ErrorText errorText(const Error &error);

// Title and advice in one line, for a terminal.
QString errorSentence(const Error &error);

// Everything technical, one fact a line, for "Details" and logs. Holds no secret.
QString errorDetails(const Error &error);

} // namespace core
