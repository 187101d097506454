#include "cli/commands.h"

#include <QCoreApplication>
#include <QProcessEnvironment>

#include <cstdio>
#include <map>

#include "cli/getcommand.h"
#include "cli/getoptions.h"
#include "cli/librarycommand.h"
#include "cli/removecommand.h"
#include "cli/verifycommand.h"
#include "cli/words.h"
#include "core/errortext.h"
#include "core/redact.h"
#include "session/config.h"

using namespace Qt::StringLiterals;

namespace cli {

namespace {

void print(FILE *stream, const QString &text)
{
    const QByteArray bytes = core::redactText(text).toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stream);
    std::fputc('\n', stream);
    std::fflush(stream);
}

int wrongUse(const QString &sentence)
{
    print(stderr, u"hubload: "_s + sentence);
    return static_cast<int>(Exit::WrongUse);
}

QString help()
{
    return Words::tr(
        "Usage:\n"
        "  hubload                  open the window\n"
        "  hubload --demo           the window with a built-in miniature Hub\n"
        "  hubload get REPO [...]   fetch files without a window; see hubload get --help\n"
        "  hubload library [...]    what the cache holds, whoever fetched it\n"
        "  hubload verify [REPO]    compare what is there with what it should be\n"
        "  hubload remove REPO      delete a repo, or versions of it, from the cache\n"
        "  hubload --version\n"
        "\n"
        "Exit codes: 0 done, 1 something not fetched, 2 wrong use, 3 access needed,\n"
        "4 no room, 5 no network, 6 check failed, 7 cancelled, 8 no instance to talk to.\n"
        "\n"
        "Environment: HF_ENDPOINT, HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_HUB_OFFLINE,\n"
        "HF_HUB_DISABLE_SYMLINKS, HF_HUB_DISABLE_IMPLICIT_TOKEN, SSL_CERT_FILE and the proxy\n"
        "variables.");
}

core::Result<session::Config> configOfEnvironment()
{
    auto config = session::resolveConfig(QProcessEnvironment::systemEnvironment(), nullptr,
                                         session::Profile::standard());
    for (const char *name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
        qunsetenv(name); // nothing we might start needs to see it
    return config;
}

// Commands that only look at the cache, or work on it.
const std::map<QString, Exit (*)(const session::Config &, const QStringList &)> &localCommands()
{
    static const std::map<QString, Exit (*)(const session::Config &, const QStringList &)> commands{
        {u"library"_s, libraryCommand},
        {u"verify"_s, verifyCommand},
        {u"remove"_s, removeCommand},
    };
    return commands;
}

int get(const QStringList &arguments)
{
    const auto options = parseGet(arguments);
    if (!options)
        return wrongUse(options.error().detail);
    if (options->help) {
        print(stdout, getHelp());
        return static_cast<int>(Exit::Done);
    }
    core::installLogging(options->log);
    const auto config = configOfEnvironment();
    if (!config)
        return wrongUse(core::errorSentence(config.error()));
    GetCommand command(*config, *options);
    QObject::connect(&command, &GetCommand::ended, qApp, &QCoreApplication::exit);
    QMetaObject::invokeMethod(&command, &GetCommand::begin, Qt::QueuedConnection);
    return QCoreApplication::exec();
}

} // namespace

bool isCommand(const QStringList &arguments)
{
    static const QStringList words{u"get"_s, u"--help"_s, u"-h"_s, u"--version"_s, u"-v"_s};
    return !arguments.isEmpty()
        && (words.contains(arguments.first()) || localCommands().contains(arguments.first()));
}

int run(const QStringList &arguments)
{
    const QString word = arguments.value(0);
    if (word == "get"_L1)
        return get(arguments.mid(1));
    if (const auto local = localCommands().find(word); local != localCommands().end()) {
        const auto config = configOfEnvironment();
        return config ? static_cast<int>(local->second(*config, arguments.mid(1)))
                      : wrongUse(core::errorSentence(config.error()));
    }
    if (word == "--version"_L1 || word == "-v"_L1)
        print(stdout, u"Hubload %1"_s.arg(QStringLiteral(HUBLOAD_VERSION)));
    else
        print(stdout, help());
    return static_cast<int>(Exit::Done);
}

} // namespace cli
