#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>

#include <csignal>
#include <cstdio>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "demo/demohub.h"
#include "support/faultyhub.h"

// The demo Hub as a program of its own, for tests that drive other programs against it. Prints one
// JSON line with its two addresses once it listens; ends on SIGTERM, or when stdin closes. A token
// that may write comes in the environment, as TESTHUB_WRITE_TOKEN: arguments are seen by everybody.

using namespace Qt::StringLiterals;

namespace {

int signalPipe[2] = {-1, -1}; // a signal handler can reach nothing else

void onSignal(int)
{
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(signalPipe[1], &byte, 1);
}

[[noreturn]] void giveUp(const QString &why)
{
    std::fprintf(stderr, "%s\n", qPrintable(why));
    std::exit(2);
}

struct Wishes {
    demo::DemoOptions options;
    QString token;
    QString log;
    QString busyFor;
    qint64 bigMiB = 0;
};

qint64 numberOf(const QCommandLineParser &parser, const QString &name)
{
    if (!parser.isSet(name))
        return 0;
    bool isNumber = false;
    const qint64 value = parser.value(name).toLongLong(&isNumber);
    if (!isNumber || value < 0)
        giveUp(u"--%1 wants a number"_s.arg(name));
    return value;
}

Wishes parse(const QCoreApplication &app)
{
    QCommandLineParser parser;
    parser.addOptions(
        {{u"prefix"_s, u"Path prefix of the Hub."_s, u"path"_s},
         {u"rate"_s, u"Bytes per second of a CDN connection."_s, u"bytes"_s},
         {u"big"_s, u"Adds test/big with a file of that size."_s, u"MiB"_s},
         {u"busy-for"_s, u"Whose agent begins so gets a MiB and has to wait."_s, u"agent"_s},
         {u"token"_s, u"Opens gated and private repos."_s, u"token"_s},
         {u"log"_s, u"Writes one line per request."_s, u"file"_s}});
    parser.addHelpOption();
    parser.process(app);
    Wishes wishes;
    wishes.options.prefix = parser.value(u"prefix"_s);
    wishes.options.bytesPerSecond = numberOf(parser, u"rate"_s);
    wishes.bigMiB = numberOf(parser, u"big"_s);
    wishes.token = parser.value(u"token"_s);
    if (const QString token = qEnvironmentVariable("TESTHUB_WRITE_TOKEN"); !token.isEmpty())
        wishes.options.writeTokens.append(token);
    wishes.busyFor = parser.value(u"busy-for"_s);
    wishes.log = parser.value(u"log"_s);
    return wishes;
}

QList<demo::Repo> catalogue(const Wishes &wishes)
{
    QList<demo::Repo> repos = demo::demoCatalogue();
    if (wishes.bigMiB > 0) {
        repos.append(support::makeRepo(
            u"test/big"_s,
            {support::lfsFile(u"model.bin"_s, wishes.bigMiB * 1024 * 1024, 4711),
             support::gitFile(u"README.md"_s, "---\nlicense: mit\n---\n# big\n"_ba)}));
    }
    if (!wishes.token.isEmpty()) {
        for (demo::Repo &repo : repos)
            repo.allowedTokens.append(wishes.token);
    }
    return repos;
}

void logTo(demo::DemoHub &hub, QFile &file)
{
    hub.setEnded([&file](const demo::Request &request, int status, qint64 bodyBytes) {
        const QJsonObject line{
            {u"origin"_s, request.origin == demo::Origin::Hub ? u"hub"_s : u"cdn"_s},
            {u"verb"_s, QString::fromLatin1(request.verb)},
            {u"target"_s, QString::fromLatin1(request.target)},
            {u"status"_s, status},
            {u"bodyBytes"_s, bodyBytes},
            {u"range"_s, QString::fromLatin1(request.header("Range"))},
            {u"hasToken"_s, !request.header("Authorization").isEmpty()}};
        file.write(QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n');
        file.flush();
    });
}

// The first answer of the CDN breaks off; from then on it wants an hour's pause.
void beBusyFor(demo::DemoHub &hub, const QByteArray &agent)
{
    hub.setHook([agent, isFirst = true](const demo::Request &request,
                                        demo::Response &response) mutable {
        if (request.origin != demo::Origin::Cdn || !request.header("User-Agent").startsWith(agent))
            return;
        const auto change = std::exchange(isFirst, false)
            ? support::FaultyHub::cutAfter(1024 * 1024)
            : support::FaultyHub::status(503, {{"Retry-After", "3600"}});
        change(request, response);
    });
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const Wishes wishes = parse(app);
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, signalPipe) != 0)
        giveUp(u"No pipe for signals"_s);
    std::signal(SIGTERM, onSignal);
    std::signal(SIGINT, onSignal);
    const QSocketNotifier signalled(signalPipe[0], QSocketNotifier::Read);
    QObject::connect(&signalled, &QSocketNotifier::activated, &app, &QCoreApplication::quit);
    const QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &app, [&app] {
        char bytes[256];
        if (::read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0)
            app.quit();
    });

    QFile log(wishes.log);
    demo::DemoHub hub(catalogue(wishes), wishes.options);
    if (!wishes.log.isEmpty()) {
        if (!log.open(QIODevice::WriteOnly | QIODevice::Append))
            giveUp(u"Cannot write %1: %2"_s.arg(wishes.log, log.errorString()));
        logTo(hub, log);
    }
    if (!wishes.busyFor.isEmpty())
        beBusyFor(hub, wishes.busyFor.toUtf8());
    if (const auto listening = hub.listen(); !listening)
        giveUp(listening.error().detail);
    const QJsonObject addresses{{u"endpoint"_s, hub.endpoint()}, {u"cdn"_s, hub.cdnOrigin()}};
    std::printf("%s\n", QJsonDocument(addresses).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
    return QCoreApplication::exec();
}
