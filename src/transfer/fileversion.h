#pragma once

#include <QByteArray>

#include "hub/http.h"

namespace transfer {

// What an answer says of the version of the file that its bytes belong to, so that bytes of two
// versions never become one file (RFC 9110, 8.8 and 13.1.5). The values are as they came; empty:
// not said. Plain value, any thread.
struct FileVersion {
    QByteArray linkedEtag; // of the content, by the Hub itself; its file hosts need not agree
    QByteArray etag; // by who sent the bytes
    QByteArray lastModified;
    QByteArray date; // when that was said

    static FileVersion of(const hub::HttpReply &reply);

    QByteArray tag() const; // the ETag, in one spelling for strong and weak
    QByteArray validator() const; // the tag, else the date

    // What no other version has; empty: nothing said so. A weak ETag is none, and a date only where
    // there is no ETag and it was more than a minute old: a younger one may have stood for two.
    QByteArray proof() const;
    // The same for who sends the bytes; empty where it knows nothing of it.
    QByteArray ifRange() const;
};

enum class Sameness { Same, Other, Unknown };
Sameness compare(const FileVersion &one, const FileVersion &other);

} // namespace transfer
