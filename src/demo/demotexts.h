#pragma once

#include <QByteArray>

namespace demo {

// Texts and pictures of the demo catalogue that are too long to stand between its repos.
QByteArray longCard();
QByteArray chartPng();
QByteArray logoSvg();
QByteArray safetensorsIndex(int shards); // model.safetensors.index.json

} // namespace demo
