# How a layer is declared. One call per layer keeps compiler settings in one place; which layer may
# use which is said by LAYERS and checked against every #include by tests/lint/layers.cmake.

add_library(hubload_settings INTERFACE)
add_library(Hubload::settings ALIAS hubload_settings)
target_include_directories(hubload_settings INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(hubload_settings INTERFACE
    HUBLOAD_VERSION="${PROJECT_VERSION}"
    QT_DISABLE_DEPRECATED_BEFORE=0x060400
    QT_NO_CAST_FROM_ASCII
    QT_NO_CAST_FROM_BYTEARRAY
    QT_NO_CAST_TO_ASCII
    QT_NO_FOREACH
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
    QT_NO_URL_CAST_FROM_STRING
    QT_STRICT_ITERATORS)
target_compile_options(hubload_settings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
    $<$<BOOL:${HUBLOAD_WERROR}>:-Werror>)
if(HUBLOAD_SANITIZE)
    set(sanitizers -fsanitize=${HUBLOAD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(hubload_settings INTERFACE ${sanitizers} -O1)
    target_link_options(hubload_settings INTERFACE ${sanitizers})
endif()
if(HUBLOAD_FUZZ)
    target_compile_options(hubload_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(MOLD mold)
if(MOLD)
    target_link_options(hubload_settings INTERFACE -fuse-ld=mold)
endif()

# hubload_layer(NAME SOURCES file... [LAYERS layer...] [LIBRARIES target...])
function(hubload_layer name)
    cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "SOURCES;LAYERS;LIBRARIES")
    add_library(hubload_${name} STATIC ${layer_SOURCES})
    add_library(Hubload::${name} ALIAS hubload_${name})
    list(TRANSFORM layer_LAYERS PREPEND Hubload::)
    target_link_libraries(hubload_${name}
        PUBLIC Hubload::settings ${layer_LAYERS} ${layer_LIBRARIES})
endfunction()
