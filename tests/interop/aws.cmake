# SPDX-License-Identifier: Apache-2.0
# boto3 and the AWS CLI are Debian's: their Python is the system's.
millpond_script_test(interop_aws_boto3 /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/aws_boto3.py TIMEOUT 300)
millpond_script_test(interop_aws_cli /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/aws_cli.py TIMEOUT 300)
millpond_script_test(interop_aws_story /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/aws_story.py TIMEOUT 300)
