#include <QApplication>
#include <QCommandLineParser>
#include <QFile>
#include <QLibraryInfo>
#include <QLocale>
#include <QNetworkProxyFactory>
#include <QProcessEnvironment>
#include <QTextStream>
#include <QTranslator>

#include <cstdio>
#include <memory>
#include <sys/resource.h>

#include "app/demosession.h"
#include "cli/commands.h"
#include "cli/process.h"
#include "core/errortext.h"
#include "core/logging.h"
#include "core/settings.h"
#include "gui/appearance.h"
#include "gui/mainwindow.h"
#include "gui/pages/downloadspage.h"
#include "session/config.h"
#include "session/services.h"

using namespace Qt::StringLiterals;

namespace {

constexpr int wrongUse = 2;

void complain(const QString &sentence)
{
    QTextStream(stderr) << u"hubload: "_s << sentence << Qt::endl;
}

// A core dump would hold the token.
void forbidCoreDumps()
{
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

void describeProgram()
{
    QCoreApplication::setApplicationName(u"hubload"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(HUBLOAD_VERSION));
    QGuiApplication::setDesktopFileName(u"org.hubload.Hubload"_s);
}

void loadTranslations(QCoreApplication *app)
{
    const auto load = [app](const QLocale &locale, const QString &name, const QString &folder) {
        auto *translator = new QTranslator(app);
        if (translator->load(locale, name, u"_"_s, folder))
            QCoreApplication::installTranslator(translator);
    };
    // English first, for whoever has no language of ours: its plural forms are not in the sources.
    load(QLocale(QLocale::English), u"hubload"_s, u":/i18n"_s);
    load(QLocale(), u"qtbase"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    load(QLocale(), u"hubload"_s, u":/i18n"_s);
}

QStringList argumentsOf(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    return arguments;
}

// Qt ends the program with a core dump and a wall of text where there is no display.
bool hasDisplay(const QStringList &arguments)
{
    return !qEnvironmentVariableIsEmpty("DISPLAY")
        || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
        || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") || arguments.indexOf(u"-platform"_s) > 0;
}

bool hasSessionBus()
{
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")
        || QFile::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s);
}

// What the window was started with, and the demo Hub when there is one.
struct Start {
    QProcessEnvironment environment;
    session::Profile profile;
    std::unique_ptr<app::DemoSession> demo;
};

int runWindow(QApplication *app, Start start)
{
    core::Settings settings(start.profile.settingsFile);
    const auto config = start.demo
        ? start.demo->config(start.profile)
        : session::resolveConfig(start.environment, &settings, start.profile);
    // Nothing we start inherits the token.
    qunsetenv("HF_TOKEN");
    qunsetenv("HUGGING_FACE_HUB_TOKEN");
    if (!config) {
        complain(core::errorSentence(config.error()));
        return wrongUse;
    }
    gui::Appearance appearance;
    if (hasSessionBus())
        appearance.followSystem();
    session::Services services(*config, session::Queue::Kept, session::limitsFrom(settings));
    gui::MainWindow window(services, settings, start.environment);
    window.show();
    services.engine().restore(settings.flag(core::Setting::ResumeOnStart)
                                  ? transfer::Engine::OnStart::Resume
                                  : transfer::Engine::OnStart::Pause);
    window.downloadsPage().reportProblems(services.engine().recoveredProblems());
    return app->exec();
}

int runCommand(int argc, char **argv, const QStringList &arguments)
{
    cli::prepareProcess();
    QCoreApplication app(argc, argv);
    QNetworkProxyFactory::setUseSystemConfiguration(true);
    loadTranslations(&app);
    return cli::run(arguments);
}

} // namespace

int main(int argc, char **argv)
{
    forbidCoreDumps();
    describeProgram();
    const QStringList arguments = argumentsOf(argc, argv);
    if (cli::isCommand(arguments.mid(1)))
        return runCommand(argc, argv, arguments.mid(1));
    if (!hasDisplay(arguments)) {
        complain(u"there is no display here; start it in a desktop session, or fetch without a "
                 "window by “hubload get ORG/NAME”."_s);
        return wrongUse;
    }
    QApplication app(argc, argv);
    core::installLogging(core::LogLevel::Normal);
    loadTranslations(&app);

    QCommandLineParser parser;
    const QCommandLineOption demo(u"demo"_s);
    parser.addOption(demo);
    if (!parser.parse(app.arguments()) || !parser.positionalArguments().isEmpty()) {
        complain(parser.errorText().isEmpty()
                     ? u"“%1” is not understood; see hubload --help."_s.arg(
                         parser.positionalArguments().constFirst())
                     : parser.errorText());
        return wrongUse;
    }
    Start start{QProcessEnvironment::systemEnvironment(), session::Profile::standard(), nullptr};
    if (parser.isSet(demo)) {
        auto hub = app::DemoSession::start();
        if (!hub) {
            complain(core::errorSentence(hub.error()));
            return 1;
        }
        start.demo = std::move(*hub);
        start.profile = session::Profile::demoProfile();
    }
    // The demo Hub is on this computer: no proxy lies between.
    QNetworkProxyFactory::setUseSystemConfiguration(!start.demo);
    return runWindow(&app, std::move(start));
}
