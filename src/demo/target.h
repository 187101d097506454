#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>
#include <utility>

namespace demo {

// A request target taken apart: decoded path segments beside the raw ones, and the query both raw
// and decoded. Value type.
struct Target {
    QByteArray rawPath; // as sent, without the query
    QByteArray rawQuery; // without '?'
    QList<QByteArray> rawSegments;
    QList<QString> segments; // a segment may hold '/', sent as %2F
    QList<std::pair<QString, QString>> query;

    // nullopt: not a path, a bad percent sign, or not UTF-8.
    static std::optional<Target> parse(const QByteArray &target);

    QString value(QStringView name) const; // of the first parameter of that name
    QList<QString> values(QStringView name) const; // "name" and "name[]"
    bool isTrue(QStringView name) const;
    QString joined(qsizetype from) const; // decoded segments with '/' between
};

// Strict: nullopt for "%", "%4", "%zz" and for what is not UTF-8.
std::optional<QString> percentDecoded(const QByteArray &text);

// key=value pairs of a query or of a form body.
std::optional<QList<std::pair<QString, QString>>> parseForm(const QByteArray &text);

} // namespace demo
