#include "cli/getoptions.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include "cli/arguments.h"
#include "cli/words.h"
#include "core/redact.h"

using namespace Qt::StringLiterals;

namespace cli {

namespace {

void addOptions(QCommandLineParser &parser)
{
    parser.addOptions({
        {u"rev"_s, Words::tr("Branch, tag, commit or ref to fetch instead of main."), u"REV"_s},
        {u"files"_s,
         Words::tr(
             "Only files that match; may be repeated. * also crosses folders. Without it: every "
             "file."),
         u"PATTERN"_s},
        {u"exclude"_s, Words::tr("No files that match; may be repeated."), u"PATTERN"_s},
        {u"limit"_s,
         Words::tr("Read no faster than this, in bytes per second: 800K, 2M, 1.5G, or none."),
         u"SPEED"_s},
        {u"yes"_s, Words::tr("Do not ask before fetching.")},
        {u"wait"_s,
         Words::tr("Return when the bytes are checked. This is what happens in any case.")},
        {u"json"_s, Words::tr("One JSON object per event on standard output.")},
        {u"log"_s, Words::tr("normal or detailed, on standard error."), u"LEVEL"_s},
        {{u"h"_s, u"help"_s}, Words::tr("Show this help.")},
    });
    parser.addPositionalArgument(
        u"repo"_s,
        Words::tr(
            "[models/|datasets/|spaces/][ORG/]NAME[@REV], an hf:// address or a link of the Hub."));
}

} // namespace

core::Result<GetOptions> parseGet(const QStringList &arguments)
{
    QCommandLineParser parser;
    addOptions(parser);
    const auto parsed =
        parseWords(parser, arguments, {u"rev"_s, u"files"_s, u"exclude"_s, u"limit"_s, u"log"_s});
    if (!parsed)
        return core::Unexpected(parsed.error());
    GetOptions options;
    options.help = parser.isSet(u"help"_s);
    if (options.help)
        return options;
    const QStringList repos = parser.positionalArguments();
    if (repos.isEmpty())
        return core::fail(core::ErrorKind::BadInput,
                          Words::tr("Name a repo: hubload get ORG/NAME."));
    if (repos.size() > 1)
        return core::fail(
            core::ErrorKind::BadInput,
            Words::tr("One repo at a time; “%1” is one too many. Patterns follow --files.")
                .arg(core::redactText(repos.at(1)).left(80)));
    options.repo = repos.first();
    options.revision = parser.value(u"rev"_s);
    options.filter.include = parser.values(u"files"_s);
    options.filter.exclude = parser.values(u"exclude"_s);
    if (parser.isSet(u"limit"_s)) {
        const auto limit = core::parseSpeedLimit(parser.value(u"limit"_s));
        if (!limit || *limit == 0) // nobody could let it go on
            return core::fail(core::ErrorKind::BadInput,
                              Words::tr("--limit takes a speed from 16K to 10G, or none, not “%1”.")
                                  .arg(core::redactText(parser.value(u"limit"_s)).left(40)));
        options.limit = *limit;
    }
    if (parser.isSet(u"json"_s))
        options.output = GetOptions::Output::Json;
    if (parser.isSet(u"yes"_s))
        options.confirm = GetOptions::Confirm::Yes;
    if (parser.isSet(u"log"_s)) {
        const QString level = parser.value(u"log"_s);
        if (level != "normal"_L1 && level != "detailed"_L1)
            return core::fail(core::ErrorKind::BadInput,
                              Words::tr("--log takes normal or detailed, not “%1”.")
                                  .arg(core::redactText(level).left(40)));
        if (level == "detailed"_L1)
            options.log = core::LogLevel::Detailed;
    }
    return options;
}

QString getHelp()
{
    QCommandLineParser parser;
    addOptions(parser);
    return helpText(parser, Words::tr("Usage: hubload get REPO [options]"));
}

} // namespace cli
