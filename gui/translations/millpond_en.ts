<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
    <context>
        <name>millpond::console::ClusterModel</name>
        <message numerus="yes">
            <source>%n node(s) not available</source>
            <translation>
                <numerusform>%n node not available</numerusform>
                <numerusform>%n nodes not available</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>millpond::console::CreateWizard</name>
        <message numerus="yes">
            <source>%n node(s), up to %1 of memory in all</source>
            <translation>
                <numerusform>%n node, up to %1 of memory in all</numerusform>
                <numerusform>%n nodes, up to %1 of memory in all</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>1 primary, %n replica(s)</source>
            <translation>
                <numerusform>1 primary, %n replica</numerusform>
                <numerusform>1 primary, %n replicas</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>millpond::console::DashboardPage</name>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>millpond::console::MainWindow</name>
        <message numerus="yes">
            <source>%n operation(s) running</source>
            <translation>
                <numerusform>%n operation running</numerusform>
                <numerusform>%n operations running</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>millpond::console::OverviewTab</name>
        <message numerus="yes">
            <source>%n replica(s)</source>
            <translation>
                <numerusform>%n replica</numerusform>
                <numerusform>%n replicas</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ValueView</name>
        <message numerus="yes">
            <source>%n element(s)</source>
            <translation>
                <numerusform>%n element</numerusform>
                <numerusform>%n elements</numerusform>
            </translation>
        </message>
    </context>
</TS>
