<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>cli::GetCommand</name>
    <message numerus="yes">
        <source>%n file(s) left out, such as %1: a name that cannot be written safely, or an entry of the listing that makes no sense.</source>
        <extracomment>%1 is one or a few file names</extracomment>
        <translation>
            <numerusform>%n file left out, %1: a name that cannot be written safely, or an entry of the listing that makes no sense.</numerusform>
            <numerusform>%n files left out, such as %1: a name that cannot be written safely, or an entry of the listing that makes no sense.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cli::Words</name>
    <message numerus="yes">
        <source>%1 at %2: %n file(s), %3; already here %4, to fetch %5</source>
        <translation>
            <numerusform>%1 at %2: %n file, %3; already here %4, to fetch %5</numerusform>
            <numerusform>%1 at %2: %n files, %3; already here %4, to fetch %5</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::DiscoverPage</name>
    <message numerus="yes">
        <source>%n loaded, more follow as you scroll</source>
        <translation>
            <numerusform>%n loaded, more follow as you scroll</numerusform>
            <numerusform>%n loaded, more follow as you scroll</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::DownloadsPage</name>
    <message numerus="yes">
        <source>Remove %n download(s) from the list?</source>
        <translation>
            <numerusform>Remove %n download from the list?</numerusform>
            <numerusform>Remove %n downloads from the list?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::LibraryPage</name>
    <message numerus="yes">
        <source>%n repo(s)</source>
        <translation>
            <numerusform>%n repo</numerusform>
            <numerusform>%n repos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::MainWindow</name>
    <message numerus="yes">
        <source>%n in the queue, %1 left</source>
        <translation>
            <numerusform>%n in the queue, %1 left</numerusform>
            <numerusform>%n in the queue, %1 left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n paused</source>
        <translation>
            <numerusform>%n paused</numerusform>
            <numerusform>%n paused</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n need(s) you</source>
        <translation>
            <numerusform>%n needs you</numerusform>
            <numerusform>%n need you</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n download(s) are running.</source>
        <translation>
            <numerusform>%n download is running.</numerusform>
            <numerusform>%n downloads are running.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::PlacesModel</name>
    <message numerus="yes">
        <source>%n need(s) you</source>
        <translation>
            <numerusform>%n needs you</numerusform>
            <numerusform>%n need you</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::ReceiptDialog</name>
    <message numerus="yes">
        <source>Get %n file(s) from %1</source>
        <translation>
            <numerusform>Get %n file from %1</numerusform>
            <numerusform>Get %n files from %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::RepoPage</name>
    <message numerus="yes">
        <source>%n file(s) are left out: their names cannot be written safely.</source>
        <translation>
            <numerusform>%n file is left out: its name cannot be written safely.</numerusform>
            <numerusform>%n files are left out: their names cannot be written safely.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ticked · %1</source>
        <translation>
            <numerusform>%n ticked · %1</numerusform>
            <numerusform>%n ticked · %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s), nothing ticked</source>
        <translation>
            <numerusform>%n file, nothing ticked</numerusform>
            <numerusform>%n files, nothing ticked</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::Texts</name>
    <message numerus="yes">
        <source>%n minute(s) ago</source>
        <translation>
            <numerusform>%n minute ago</numerusform>
            <numerusform>%n minutes ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) ago</source>
        <translation>
            <numerusform>%n hour ago</numerusform>
            <numerusform>%n hours ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n day ago</numerusform>
            <numerusform>%n days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n month(s) ago</source>
        <translation>
            <numerusform>%n month ago</numerusform>
            <numerusform>%n months ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
</context>
</TS>
