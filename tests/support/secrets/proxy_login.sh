#!/bin/sh
# Environment variables that nextest sets for every story: https://nexte.st/docs/configuration/setup-scripts
{
    echo 'HTTPS_PROXY=http://ada.story:pr0xy-login+of-every@story@127.0.0.1:9'
    echo 'HTTP_PROXY=http://ada.story:pr0xy-login+of-every@story@127.0.0.1:9'
    # Not all programs support `*` in a list, so the hosts of the test servers are listed too:
    # all servers are on this computer.
    echo 'NO_PROXY=127.0.0.1,localhost,::1,*'
} >>"$NEXTEST_ENV"
