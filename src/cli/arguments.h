#pragma once

#include <QCommandLineParser>
#include <QStringList>

#include "core/result.h"

namespace cli {

// The words after a verb. valued: the options that take a value, since the parser takes any word
// for one and a forgotten value would swallow the next option. Error BadInput with a sentence.
core::Result<void> parseWords(QCommandLineParser &parser, const QStringList &words,
                              const QStringList &valued);

// The parser's help below a line of ours.
QString helpText(QCommandLineParser &parser, const QString &usage);

} // namespace cli
