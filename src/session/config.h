#pragma once

#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

#include "cache/location.h"
#include "core/result.h"
#include "core/secret.h"
#include "core/settings.h"
#include "hub/endpoint.h"
#include "hub/proxy.h"

namespace session {

// Everything outside the program that decides how it runs, resolved once: the standard environment
// variables first, then settings, then the public defaults (hub-cache.md 1, 5.2).
struct Config {
    hub::Endpoint endpoint;
    core::Secret token;
    cache::Location place; // where files go
    bool offline = false;
    bool demo = false;
    QStringList caFiles;
    hub::ProxyVariables proxy;
    QString stateFolder; // queue and other state of ours
};

// Where Hubload keeps its own files; a profile of its own for the demo.
struct Profile {
    QString settingsFile;
    QString stateFolder;
    bool demo = false;

    static Profile standard();
    static Profile inFolder(const QString &folder); // tests
    static Profile demoProfile();
};

// Error BadInput when HF_ENDPOINT or another value cannot be understood.
core::Result<Config> resolveConfig(const QProcessEnvironment &environment,
                                   const core::Settings *settings, const Profile &profile);

} // namespace session
