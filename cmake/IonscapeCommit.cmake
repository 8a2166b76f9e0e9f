# Run at build time (cmake -P): writes OUTPUT from INPUT with the commit of SOURCE_DIR, if that changed.
# Variables: SOURCE_DIR, INPUT, OUTPUT, GIT (may be empty or not found), IONSCAPE_VERSION, IONSCAPE_BUILD_TYPE,
# IONSCAPE_COMPILER
set(IONSCAPE_COMMIT "unknown")
if(GIT AND EXISTS "${SOURCE_DIR}/.git") # not the repository of somebody who has us as a mere folder
  execute_process(COMMAND "${GIT}" describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY "${SOURCE_DIR}" RESULT_VARIABLE result OUTPUT_VARIABLE commit
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(result EQUAL 0 AND commit)
    set(IONSCAPE_COMMIT "${commit}")
  endif()
endif()
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
