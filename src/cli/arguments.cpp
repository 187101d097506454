#include "cli/arguments.h"

#include <algorithm>

#include "cli/words.h"

using namespace Qt::StringLiterals;

namespace cli {

core::Result<void> parseWords(QCommandLineParser &parser, const QStringList &words,
                              const QStringList &valued)
{
    if (!parser.parse(QStringList{u"hubload"_s} + words))
        return core::fail(core::ErrorKind::BadInput, parser.errorText());
    for (const QString &name : valued) {
        const QStringList values = parser.values(name);
        const bool isForgotten =
            std::any_of(values.begin(), values.end(), [](const QString &value) {
                return value.isEmpty() || value.startsWith("--"_L1);
            });
        if (isForgotten && !parser.isSet(u"help"_s))
            return core::fail(core::ErrorKind::BadInput,
                              Words::tr("The option --%1 needs a value.").arg(name));
    }
    return {};
}

QString helpText(QCommandLineParser &parser, const QString &usage)
{
    parser.parse({u"hubload"_s});
    const QString help = parser.helpText();
    return usage + help.mid(help.indexOf('\n'_L1));
}

} // namespace cli
