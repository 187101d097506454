#include "account/environmenttoken.h"

using namespace Qt::StringLiterals;

namespace account {

namespace {

// What counts as true for the variables of the Hub's clients; all else is false.
bool isTrue(const QString &value)
{
    const QString word = value.toUpper();
    return word == "1"_L1 || word == "ON"_L1 || word == "YES"_L1 || word == "TRUE"_L1;
}

QByteArray cleaned(const QString &value)
{
    QByteArray token = value.toUtf8();
    token.replace('\r', "").replace('\n', "");
    return token.trimmed();
}

} // namespace

core::Secret environmentToken(const QProcessEnvironment &environment)
{
    if (isTrue(environment.value(u"HF_HUB_DISABLE_IMPLICIT_TOKEN"_s)))
        return {};
    // A variable that is set to nothing does not hide the other.
    for (const QString &name : {u"HF_TOKEN"_s, u"HUGGING_FACE_HUB_TOKEN"_s}) {
        const QByteArray token = cleaned(environment.value(name));
        if (!token.isEmpty())
            return core::Secret(token);
    }
    return {};
}

} // namespace account
