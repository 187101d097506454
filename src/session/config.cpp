#include "session/config.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

#include "account/environmenttoken.h"

using namespace Qt::StringLiterals;

namespace session {

namespace {

// True for 1, ON, YES, TRUE in any case, as the reference client reads it.
bool isTrue(const QProcessEnvironment &environment, const QString &name)
{
    const QString value = environment.value(name).trimmed().toUpper();
    return value == "1"_L1 || value == "ON"_L1 || value == "YES"_L1 || value == "TRUE"_L1;
}

QString home(const QProcessEnvironment &environment)
{
    const QString home = environment.value(u"HOME"_s);
    return home.isEmpty() ? QDir::homePath() : home;
}

// "~" and $VAR, ${VAR} as the reference client expands them; unknown variables stay.
QString expand(const QProcessEnvironment &environment, const QString &path)
{
    static const QRegularExpression variable(uR"(\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*)))"_s);
    QString result;
    qsizetype from = 0;
    for (auto it = variable.globalMatch(path); it.hasNext();) {
        const auto match = it.next();
        const QString name = match.captured(1) + match.captured(2);
        result += path.mid(from, match.capturedStart() - from)
            + environment.value(name, match.captured());
        from = match.capturedEnd();
    }
    result += path.mid(from);
    if (result == "~"_L1 || result.startsWith("~/"_L1))
        result.replace(0, 1, home(environment));
    return result;
}

// The first of these variables that is set and not empty (an empty one counts as unset: it would
// name the current folder).
QString firstOf(const QProcessEnvironment &environment, const QStringList &names)
{
    for (const QString &name : names) {
        const QString value = environment.value(name);
        if (!value.isEmpty())
            return expand(environment, value);
    }
    return {};
}

// hub-cache.md 1.1
QString cacheFolder(const QProcessEnvironment &environment, const core::Settings *settings)
{
    const QString named = firstOf(environment, {u"HF_HUB_CACHE"_s, u"HUGGINGFACE_HUB_CACHE"_s});
    if (!named.isEmpty())
        return QDir::cleanPath(QDir::current().absoluteFilePath(named));
    const QString hubHome = firstOf(environment, {u"HF_HOME"_s});
    if (!hubHome.isEmpty())
        return QDir::cleanPath(QDir::current().absoluteFilePath(hubHome)) + "/hub"_L1;
    if (settings && !settings->text(core::Setting::CacheFolder).isEmpty())
        return QDir::cleanPath(settings->text(core::Setting::CacheFolder));
    const QString caches = firstOf(environment, {u"XDG_CACHE_HOME"_s});
    if (!caches.isEmpty())
        return QDir::cleanPath(caches) + "/huggingface/hub"_L1;
    return home(environment) + "/.cache/huggingface/hub"_L1;
}

core::Result<hub::Endpoint> endpoint(const QProcessEnvironment &environment,
                                     const core::Settings *settings)
{
    QString text = environment.value(u"HF_ENDPOINT"_s).trimmed();
    if (text.isEmpty() && settings)
        text = settings->text(core::Setting::Endpoint);
    if (text.isEmpty())
        return hub::Endpoint();
    return hub::Endpoint::make(text);
}

// Lower case first, also when it is set to nothing: so one of them can be taken back, as in Python.
QString eitherCase(const QProcessEnvironment &environment, const QString &name)
{
    const QString upper = name.toUpper();
    return environment.value(environment.contains(name) ? name : upper).trimmed();
}

hub::ProxyVariables proxyVariables(const QProcessEnvironment &environment)
{
    hub::ProxyVariables proxy;
    proxy.http = eitherCase(environment, u"http_proxy"_s);
    proxy.https = eitherCase(environment, u"https_proxy"_s);
    proxy.all = eitherCase(environment, u"all_proxy"_s);
    proxy.no = eitherCase(environment, u"no_proxy"_s);
    return proxy;
}

} // namespace

Profile Profile::standard()
{
    const QString config = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return {config + "/hubload/hubload.ini"_L1, data + "/hubload"_L1, false};
}

Profile Profile::inFolder(const QString &folder)
{
    return {folder + "/hubload.ini"_L1, folder + "/state"_L1, false};
}

Profile Profile::demoProfile()
{
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return {data + "/hubload-demo/hubload.ini"_L1, data + "/hubload-demo"_L1, true};
}

core::Result<Config> resolveConfig(const QProcessEnvironment &environment,
                                   const core::Settings *settings, const Profile &profile)
{
    Config config;
    config.demo = profile.demo;
    config.stateFolder = profile.stateFolder;
    config.place.id = u"cache"_s;
    config.place.kind = cache::Location::Kind::HubCache;
    if (profile.demo) { // nothing of the person's: the caller names the demo Hub
        config.place.path = profile.stateFolder + "/cache"_L1;
        config.proxy.no = u"*"_s; // not the system's either: that Hub is inside the program
        return config;
    }
    const auto hub = endpoint(environment, settings);
    if (!hub)
        return tl::unexpected(hub.error());
    config.endpoint = *hub;
    config.token = account::environmentToken(environment);
    if (const QString file = firstOf(environment, {u"SSL_CERT_FILE"_s}); !file.isEmpty())
        config.caFiles.append(file);
    if (const QString file = settings ? settings->text(core::Setting::CaFile) : QString();
        !file.isEmpty())
        config.caFiles.append(file);
    config.offline =
        isTrue(environment, u"HF_HUB_OFFLINE"_s) || isTrue(environment, u"TRANSFORMERS_OFFLINE"_s);
    config.proxy = proxyVariables(environment);
    config.place.path = cacheFolder(environment, settings);
    config.place.links = !isTrue(environment, u"HF_HUB_DISABLE_SYMLINKS"_s);
    return config;
}

} // namespace session
