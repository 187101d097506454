#include <QApplication>
#include <QCommandLineParser>
#include <QLibraryInfo>
#include <QLocale>
#include <QNetworkProxyFactory>
#include <QProcessEnvironment>
#include <QTextStream>
#include <QTranslator>

#include <cstdio>
#include <memory>
#include <optional>
#include <sys/resource.h>

#include "app/demosession.h"
#include "app/display.h"
#include "app/sessionbus.h"
#include "app/singleinstance.h"
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

// False where there is no window to be had; the sentence is said then.
bool hasDisplay(const QStringList &arguments)
{
    switch (app::findDisplay(arguments)) {
    case app::Display::There:
        return true;
    case app::Display::None:
        complain(u"there is no display here; start it in a desktop session, or fetch without a "
                 "window by “hubload get ORG/NAME”."_s);
        return false;
    case app::Display::Dead:
        complain(u"the display that DISPLAY or WAYLAND_DISPLAY names does not answer; start it in "
                 "a desktop session, or fetch without a window by “hubload get ORG/NAME”."_s);
        return false;
    }
    return false;
}

// What the window was started with, and the demo Hub when there is one.
struct Start {
    QProcessEnvironment environment;
    session::Profile profile;
    std::unique_ptr<app::DemoSession> demo;
    bool hasBus = false;
};

// What the program ends with when the queue belongs to another window; nothing when it is ours.
std::optional<int> endedBy(const core::Result<app::SingleInstance::Outcome> &outcome)
{
    if (!outcome) {
        complain(core::errorSentence(outcome.error()));
        return 1;
    }
    switch (*outcome) {
    case app::SingleInstance::Outcome::First:
        return {};
    case app::SingleInstance::Outcome::HandedOver:
        complain(u"it is running already; its window comes to the front."_s);
        return 0;
    case app::SingleInstance::Outcome::Unanswered:
        complain(
            u"it is running already, but does not answer; end it before you start it again."_s);
        return 1;
    }
    return 1;
}

int runWindow(QApplication *app, Start start, const app::SingleInstance &instance)
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
    if (start.hasBus)
        appearance.followSystem();
    session::Services services(*config, session::Queue::Kept, session::limitsFrom(settings));
    gui::MainWindow window(services, settings, start.environment);
    QObject::connect(&instance, &app::SingleInstance::frontWanted, &window,
                     &gui::MainWindow::comeToFront);
    window.show();
    services.engine().restore(settings.flag(core::Setting::ResumeOnStart)
                                  ? transfer::Engine::OnStart::Resume
                                  : transfer::Engine::OnStart::Pause,
                              config->demo ? transfer::Engine::Began::Here // at another port
                                           : transfer::Engine::Began::WhereItSays);
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
    if (!hasDisplay(arguments))
        return wrongUse;
    app::SessionBus bus;
    QApplication app(argc, argv);
    bus.settle();
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
    Start start{QProcessEnvironment::systemEnvironment(), session::Profile::standard(), nullptr,
                bus.answers()};
    if (parser.isSet(demo))
        start.profile = session::Profile::demoProfile();
    app::SingleInstance instance(start.profile.stateFolder,
                                 start.environment.value(u"XDG_RUNTIME_DIR"_s));
    if (const auto end = endedBy(instance.claim()))
        return *end;
    if (parser.isSet(demo)) {
        auto hub = app::DemoSession::start();
        if (!hub) {
            complain(core::errorSentence(hub.error()));
            return 1;
        }
        start.demo = std::move(*hub);
    }
    // The demo Hub is on this computer: no proxy lies between.
    QNetworkProxyFactory::setUseSystemConfiguration(!start.demo);
    return runWindow(&app, std::move(start), instance);
}
