// SPDX-License-Identifier: Apache-2.0
//
// The Korean texts are complete, fit their sources, and are found at run time.
#include <QFile>
#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>

#include "gui/app/language.h"
#include "gui/models/words.h"

using namespace millpond::console;

class LanguageTest : public QObject {
    Q_OBJECT

private:
    static QStringList placeholders(const QString& text) {
        static const QRegularExpression holder(QStringLiteral("%(n|\\d)"));
        QStringList found;
        for (auto it = holder.globalMatch(text); it.hasNext();) found.append(it.next().captured());
        found.sort();
        found.removeDuplicates();
        return found;
    }

private Q_SLOTS:
    void everyTextIsTranslatedWithItsPlaceholders() {
        QFile file(qEnvironmentVariable("MILLPOND_SOURCE") +
                   QStringLiteral("/gui/translations/millpond_ko.ts"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QString source;
        int count = 0;
        while (!xml.atEnd()) {
            if (xml.readNext() != QXmlStreamReader::StartElement) continue;
            if (xml.name() == QStringLiteral("source")) source = xml.readElementText();
            if (xml.name() != QStringLiteral("translation")) continue;
            const QString type = xml.attributes().value(QStringLiteral("type")).toString();
            const QString words =
                xml.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
            QVERIFY2(type != QStringLiteral("unfinished") && !words.isEmpty(), qPrintable(source));
            QVERIFY2(placeholders(source) == placeholders(words), qPrintable(source));
            ++count;
        }
        QVERIFY(count > 500);
    }

    void koreanIsFoundAtRunTimeAndEnglishComesBack() {
        Language language;
        language.choose(QStringLiteral("ko"));
        QCOMPARE(statusWord(QStringLiteral("available")), QStringLiteral("사용 가능"));
        language.choose(QStringLiteral("en"));
        QCOMPARE(statusWord(QStringLiteral("available")), QStringLiteral("Available"));
        language.choose(QStringLiteral("klingon"));
        QCOMPARE(language.choice(), QStringLiteral("system"));
    }
};

QTEST_GUILESS_MAIN(LanguageTest)
#include "language_test.moc"
