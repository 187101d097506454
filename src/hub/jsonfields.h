#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <optional>

#include "core/result.h"

namespace hub {

// What the parsers of answers are made of: each helper takes whatever stands there and gives a
// bounded value or an empty one. Pure, any thread.

inline constexpr int DeepestJson = 64; // the Hub's own answers stay below 10
inline constexpr qsizetype LongestText = 4096;
inline constexpr qsizetype LongestCommitMessage = 64 * 1024;
inline constexpr qsizetype MostTexts = 2000;
inline constexpr qsizetype LongestShortText = 200; // names, kinds, levels

// An object or an array, nested no deeper than DeepestJson. Error Protocol, saying what came
// instead: a web page, compressed bytes, JSON that ends early, …
core::Result<QJsonDocument> readJson(const QByteArray &json);

// Protocol too when there is something else than an object, or than an array of objects; what is
// the word for it in the error.
core::Result<QJsonObject> readObject(const QByteArray &json, const QString &what);
core::Result<QList<QJsonObject>> readObjects(const QByteArray &json, const QString &what);

// The objects of an array; what is none is left out.
QList<QJsonObject> objectsOf(const QJsonValue &value);

QString textOf(const QJsonValue &value, qsizetype longest = LongestText);
QStringList textsOf(const QJsonValue &value);

// A whole number of the range that every program reads the same; nothing otherwise.
std::optional<qint64> countOf(const QJsonValue &value);

// UTC, also where no zone is named; invalid for what is no time.
QDateTime timeOf(const QJsonValue &value);

// A hash in lower case. Masked ids (64 asterisks on gated repos) and all else become empty.
QString hashOf(const QJsonValue &value, int digits);
QString commitOf(const QJsonValue &value);

// An http or https address with a host and without a user name; empty otherwise.
QString webAddressOf(const QJsonValue &value);

} // namespace hub
