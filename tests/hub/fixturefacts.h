#pragma once

#include <QByteArray>
#include <QString>

#include "hub/http.h"

// What our parsers make of a recorded answer, in one line, to be compared with fixturevalues.h.
// Empty when the answer is refused.
QString infoFacts(const QString &file, const QByteArray &bytes);
QString listFacts(const QString &file, const QByteArray &bytes);
QString treeFacts(const QString &file, const QByteArray &bytes);
QString refFacts(const QString &file, const QByteArray &bytes);
QString commitFacts(const QString &file, const QByteArray &bytes);
QString accountFacts(const QString &file, const QByteArray &bytes);
QString createdFacts(const QString &file, const QByteArray &bytes);
QString preuploadFacts(const QString &file, const QByteArray &bytes);
QString commitResultFacts(const QString &file, const QByteArray &bytes);
QString wordFacts(const QString &file, const QByteArray &bytes);
QString headFacts(const QString &file, const QByteArray &bytes);

// Status and headers of a recorded .http file.
hub::HttpReply headOf(const QByteArray &bytes);
core::RepoType typeOfFixture(const QString &file);
// The recorded list, or the list of the one recorded item.
QByteArray asList(const QByteArray &json);
