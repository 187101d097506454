#include "cli/librarycommand.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>

#include "cache/scan.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/words.h"
#include "core/errortext.h"
#include "core/format.h"

using namespace Qt::StringLiterals;

namespace cli {

namespace {

constexpr int formatVersion = 1;

QString size(qint64 bytes)
{
    return core::formatSize(bytes, core::Isolation::Plain);
}

// "6m": half a year. Seconds; nothing for what is no age.
std::optional<qint64> parseAge(const QString &text)
{
    static const QRegularExpression form(u"^([0-9]{1,4})(h|d|w|m|y)$"_s);
    const auto match = form.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    constexpr qint64 hour = 3600;
    const qint64 number = match.captured(1).toLongLong();
    switch (match.captured(2).front().unicode()) {
    case u'h':
        return number * hour;
    case u'd':
        return number * 24 * hour;
    case u'w':
        return number * 7 * 24 * hour;
    case u'm':
        return number * 30 * 24 * hour;
    default:
        return number * 365 * 24 * hour;
    }
}

// As it is named in JSON, and for people.
std::pair<QString, QString> stateOf(const cache::ScannedRepo &repo)
{
    const bool isDamaged = std::any_of(repo.revisions.begin(), repo.revisions.end(),
                                       [](const auto &revision) { return revision.missing > 0; });
    if (isDamaged)
        return {u"damaged"_s, Words::tr("damaged", "state of a repo")};
    if (repo.incompleteSize > 0)
        return {u"unfinished"_s, Words::tr("unfinished", "state of a repo")};
    if (repo.files > 0 && repo.checked == repo.files)
        return {u"checked"_s, Words::tr("checked", "state of a repo")};
    return {u"not_checked"_s, Words::tr("not checked", "state of a repo")};
}

QString nameOf(const core::RepoId &repo)
{
    return core::typePlural(repo.type()) + u'/' + repo.id();
}

QString time(const QDateTime &when)
{
    return when.isValid() ? when.toString(Qt::ISODate) : QString();
}

QJsonObject jsonOf(const cache::ScannedRepo &repo)
{
    QJsonArray revisions;
    for (const cache::ScannedRevision &one : repo.revisions) {
        revisions.append(QJsonObject{{u"commit"_s, one.commit},
                                     {u"refs"_s, QJsonArray::fromStringList(one.refs)},
                                     {u"bytes"_s, one.size},
                                     {u"bytes_own"_s, one.ownSize},
                                     {u"files"_s, one.files},
                                     {u"files_checked"_s, one.checked},
                                     {u"files_missing"_s, one.missing},
                                     {u"last_modified"_s, time(one.lastModified)}});
    }
    return {{u"repo"_s, nameOf(repo.repo)},
            {u"path"_s, repo.path},
            {u"bytes"_s, repo.size},
            {u"bytes_unfinished"_s, repo.incompleteSize},
            {u"bytes_unused"_s, repo.unusedSize},
            {u"files"_s, repo.files},
            {u"files_checked"_s, repo.checked},
            {u"state"_s, stateOf(repo).first},
            {u"last_used"_s, time(repo.lastAccessed)},
            {u"last_modified"_s, time(repo.lastModified)},
            {u"revisions"_s, revisions},
            {u"problems"_s, QJsonArray::fromStringList(repo.problems)}};
}

void printJson(Console &console, const cache::ScanResult &result, const QString &path)
{
    QJsonArray repos;
    for (const cache::ScannedRepo &repo : result.repos)
        repos.append(jsonOf(repo));
    QJsonArray others;
    for (const cache::Stranger &one : result.strangers)
        others.append(QJsonObject{
            {u"name"_s, one.name}, {u"bytes"_s, one.size}, {u"kernel"_s, one.isKernel}});
    const QJsonObject all{{u"version"_s, formatVersion},
                          {u"path"_s, path},
                          {u"bytes"_s, result.size},
                          {u"repos"_s, repos},
                          {u"others"_s, others}};
    console.print(QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact)) + u'\n');
}

QString unfinished(const cache::ScannedRepo &repo)
{
    return repo.incompleteSize > 0
        ? u" + "_s + Words::tr("%1 unfinished").arg(size(repo.incompleteSize))
        : QString();
}

void printText(Console &console, const cache::ScanResult &result, const QString &path)
{
    qsizetype longest = 0;
    for (const cache::ScannedRepo &repo : result.repos)
        longest = std::max(longest, nameOf(repo.repo).size());
    for (const cache::ScannedRepo &repo : result.repos) {
        console.printLine(u"%1  %2  %3"_s.arg(
            nameOf(repo.repo).leftJustified(longest),
            size(repo.size).rightJustified(8) + unfinished(repo),
            Words::tr("%Ln file(s), used %1, %2", nullptr, repo.files)
                .arg(repo.lastAccessed.date().toString(Qt::ISODate), stateOf(repo).second)));
        for (const cache::ScannedRevision &one : repo.revisions) {
            const QString names =
                one.refs.isEmpty() ? Words::tr("no name points to it") : one.refs.join(u", "_s);
            console.printLine(u"    %1  %2  %3"_s.arg(one.commit.left(12),
                                                      size(one.size).rightJustified(8), names));
        }
        for (const QString &problem : repo.problems)
            console.printLine(u"    ! "_s + problem);
    }
    for (const cache::Stranger &one : result.strangers) {
        console.printLine((one.isKernel
                               ? Words::tr("%1: %2, a kernel, which Hubload does not fetch")
                               : Words::tr("%1: %2, not of the Hub's making"))
                              .arg(one.name, size(one.size)));
    }
    console.printLine(
        Words::tr("%1 in %Ln repo(s), %2", nullptr, static_cast<int>(result.repos.size()))
            .arg(size(result.size), path));
}

} // namespace

Exit libraryCommand(const session::Config &config, const QStringList &words)
{
    Console console;
    QCommandLineParser parser;
    parser.addOptions({
        {u"unused"_s,
         Words::tr("Only repos that nobody has read for this long: 12h, 30d, 2w, 6m, 1y."),
         u"AGE"_s},
        {u"json"_s, Words::tr("One JSON object on standard output.")},
        {{u"h"_s, u"help"_s}, Words::tr("Show this help.")},
    });
    auto parsed = parseWords(parser, words, {u"unused"_s});
    const auto age = parseAge(parser.value(u"unused"_s));
    if (parsed && parser.isSet(u"help"_s)) {
        console.print(helpText(parser, Words::tr("Usage: hubload library [options]")) + u'\n');
        return Exit::Done;
    }
    if (parsed && parser.isSet(u"unused"_s) && !age)
        parsed = core::fail(core::ErrorKind::BadInput,
                            Words::tr("--unused takes an age such as 30d or 6m, not “%1”.")
                                .arg(parser.value(u"unused"_s).left(40)));
    if (parsed && !parser.positionalArguments().isEmpty())
        parsed = core::fail(core::ErrorKind::BadInput,
                            Words::tr("hubload library lists everything; “%1” is too much.")
                                .arg(parser.positionalArguments().constFirst().left(80)));
    if (!parsed) {
        console.line(u"hubload: "_s + parsed.error().detail);
        return Exit::WrongUse;
    }
    auto result = cache::scanCache(cache::Layout(config.place.path));
    if (!result) {
        console.line(u"hubload: "_s + core::errorSentence(result.error()));
        return Exit::NotFetched;
    }
    if (age) {
        const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-*age);
        const auto isUsed = [&before](const cache::ScannedRepo &repo) {
            return repo.lastAccessed > before;
        };
        result->repos.removeIf(isUsed);
        result->strangers.clear();
        result->size = 0;
        for (const cache::ScannedRepo &repo : std::as_const(result->repos))
            result->size += repo.size;
    }
    std::stable_sort(result->repos.begin(), result->repos.end(),
                     [](const auto &a, const auto &b) { return a.size > b.size; });
    if (parser.isSet(u"json"_s))
        printJson(console, *result, config.place.path);
    else
        printText(console, *result, config.place.path);
    return Exit::Done;
}

} // namespace cli
