#include "gui/widgets/cardmeta.h"

#include <algorithm>
#include <exception>
#include <yaml-cpp/yaml.h>

namespace gui {

namespace {

constexpr qsizetype mostHead = 64 * 1024;
constexpr size_t mostWords = 100;
constexpr qsizetype longestWord = 200;

QString word(const YAML::Node &node)
{
    return node.IsScalar() ? QString::fromStdString(node.Scalar()).simplified().left(longestWord)
                           : QString();
}

QStringList words(const YAML::Node &node)
{
    QStringList result;
    if (!node.IsDefined()) // anything else asked of a missing key throws
        return result;
    if (node.IsScalar())
        result << word(node);
    if (node.IsSequence()) {
        for (size_t i = 0; i < std::min(node.size(), mostWords); ++i)
            result << word(node[i]);
    }
    result.removeAll(QString());
    return result;
}

QString firstWord(const YAML::Node &node)
{
    const QStringList all = words(node);
    return all.isEmpty() ? QString() : all.constFirst();
}

CardMeta readMap(const YAML::Node &map)
{
    CardMeta meta;
    meta.title = firstWord(map["pretty_name"]);
    if (meta.title.isEmpty())
        meta.title = firstWord(map["title"]);
    meta.license = firstWord(map["license"]);
    meta.pipelineTag = firstWord(map["pipeline_tag"]);
    meta.libraryName = firstWord(map["library_name"]);
    meta.tags = words(map["tags"]);
    meta.languages = words(map["language"]);
    meta.baseModels = words(map["base_model"]);
    return meta;
}

} // namespace

SplitCard splitCard(const QByteArray &card)
{
    QByteArray text = card;
    if (text.startsWith("\xEF\xBB\xBF"))
        text.remove(0, 3);
    text.replace("\r\n", "\n");
    if (!text.startsWith("---\n"))
        return {{}, text};
    // "---" may close the head at once.
    const qsizetype end = text.indexOf("\n---", 3);
    if (end < 0)
        return {{}, text};
    const qsizetype lineEnd = text.indexOf('\n', end + 1);
    const QByteArray closing =
        text.mid(end + 1, (lineEnd < 0 ? text.size() : lineEnd) - end - 1).trimmed();
    if (closing != "---")
        return {{}, text};
    return {text.mid(4, std::max<qsizetype>(0, end - 3)),
            lineEnd < 0 ? QByteArray() : text.mid(lineEnd + 1)};
}

CardMeta readCardMeta(const QByteArray &head)
{
    if (head.isEmpty() || head.size() > mostHead)
        return {};
    // The one place where a library throws at us: strangers write this text, so every complaint
    // simply means that there is no head.
    try {
        const YAML::Node map = YAML::Load(head.toStdString());
        return map.IsMap() ? readMap(map) : CardMeta();
    } catch (const std::exception &) {
        return {};
    }
}

} // namespace gui
