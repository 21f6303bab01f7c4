#!/bin/sh
# What nextest sets for every story: https://nexte.st/docs/configuration/setup-scripts
{
    echo 'HTTPS_PROXY=http://ada.story:pr0xy-login+of-every@story@127.0.0.1:9'
    echo 'HTTP_PROXY=http://ada.story:pr0xy-login+of-every@story@127.0.0.1:9'
    # The programs of a story do not all read `*` where other names stand beside it, and none needs to:
    # their servers are on this computer.
    echo 'NO_PROXY=127.0.0.1,localhost,::1,*'
} >>"$NEXTEST_ENV"
