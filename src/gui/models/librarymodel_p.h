#pragma once

#include "gui/models/librarymodel.h"

namespace gui {

// A row that has others below it, or could have.
struct LibraryModel::Node {
    enum class Files { Unknown, Asked, Known };

    LibraryItem item;
    Node *parent = nullptr;
    int row = 0; // among what is shown
    bool isListed = false; // is shown; of repos and strangers
    QString order; // of names
    cache::ScannedRepo repo; // Repo
    Nodes children; // Repo
    bool hasChildren = false; // they were made; before, nobody has looked at them
    cache::ScannedRevision version; // Version
    cache::Stranger stranger; // Stranger
    Files state = Files::Unknown; // Version, from here on
    QList<session::LibraryFile> all;
    QList<session::LibraryFile> files; // those that are shown

    bool isA(LibraryItem::Kind kind) const { return item.kind == kind; }
};

} // namespace gui
