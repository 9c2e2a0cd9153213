# SPDX-License-Identifier: Apache-2.0
add_compile_definitions(QT_NO_KEYWORDS)
find_package(Qt6 6.4 REQUIRED COMPONENTS Widgets)

millpond_test(gui_models_test models_test.cpp LINK millpond_gui_models millpond_gui_demo LABELS gui)
millpond_test(gui_rules_test rules_test.cpp LINK millpond_gui_models LABELS gui)
millpond_test(gui_widgets_test widgets_test.cpp LINK millpond_gui_app LABELS gui)
millpond_test(gui_pages_test pages_test.cpp LINK millpond_gui_app LABELS gui TIMEOUT 300)
millpond_test(gui_language_test language_test.cpp LINK millpond_gui_app LABELS gui)
millpond_test(gui_client_backend_test client_backend_test.cpp LINK millpond_gui_api LABELS gui)

# The whole story against a real daemon and real nodes.
if(TARGET millpond-admin AND TARGET millpond-engine)
  millpond_test(gui_story_test story_test.cpp LINK millpond_gui_app NEEDS millpond-admin millpond-engine
    LABELS gui story TIMEOUT 180)
endif()
