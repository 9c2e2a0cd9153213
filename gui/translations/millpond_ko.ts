<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en_US">
    <context>
        <name>NodeTypeBox</name>
        <message>
            <source>%1 - %2 of memory</source>
            <translation>%1 - 메모리 %2</translation>
        </message>
    </context>
    <context>
        <name>Words</name>
        <message>
            <source>Available</source>
            <translation>사용 가능</translation>
        </message>
        <message>
            <source>Creating</source>
            <translation>생성 중</translation>
        </message>
        <message>
            <source>Modifying</source>
            <translation>수정 중</translation>
        </message>
        <message>
            <source>Deleting</source>
            <translation>삭제 중</translation>
        </message>
        <message>
            <source>Rebooting</source>
            <translation>재부팅 중</translation>
        </message>
        <message>
            <source>Recovering</source>
            <translation>복구 중</translation>
        </message>
        <message>
            <source>Backing up</source>
            <translation>백업 중</translation>
        </message>
        <message>
            <source>Create failed</source>
            <translation>생성 실패</translation>
        </message>
        <message>
            <source>Failed</source>
            <translation>실패</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>대기 중</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>실행 중</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>완료</translation>
        </message>
        <message>
            <source>Succeeded</source>
            <translation>성공</translation>
        </message>
        <message>
            <source>Enabled</source>
            <translation>활성화됨</translation>
        </message>
        <message>
            <source>Disabled</source>
            <translation>비활성화됨</translation>
        </message>
        <message>
            <source>Enabling</source>
            <translation>활성화 중</translation>
        </message>
        <message>
            <source>Disabling</source>
            <translation>비활성화 중</translation>
        </message>
        <message>
            <source>In sync</source>
            <translation>동기화됨</translation>
        </message>
        <message>
            <source>Link down</source>
            <translation>연결 끊김</translation>
        </message>
        <message>
            <source>Synchronising</source>
            <translation>동기화 중</translation>
        </message>
        <message>
            <source>Information</source>
            <translation>정보</translation>
        </message>
        <message>
            <source>Warning</source>
            <translation>경고</translation>
        </message>
        <message>
            <source>Error</source>
            <translation>오류</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>거부됨</translation>
        </message>
        <message>
            <source>Accepted</source>
            <translation>허용됨</translation>
        </message>
        <message>
            <source>Accepted and refused</source>
            <translation>허용 및 거부</translation>
        </message>
        <message>
            <source>Primary</source>
            <translation>기본</translation>
        </message>
        <message>
            <source>Replica</source>
            <translation>복제본</translation>
        </message>
        <message>
            <source>None</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>Create cluster</source>
            <translation>클러스터 생성</translation>
        </message>
        <message>
            <source>Modify cluster</source>
            <translation>클러스터 수정</translation>
        </message>
        <message>
            <source>Delete cluster</source>
            <translation>클러스터 삭제</translation>
        </message>
        <message>
            <source>Failover</source>
            <translation>장애 조치</translation>
        </message>
        <message>
            <source>Reboot</source>
            <translation>재부팅</translation>
        </message>
        <message>
            <source>Recovery</source>
            <translation>복구</translation>
        </message>
        <message>
            <source>Cluster</source>
            <translation>클러스터</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Security group</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Admin API</source>
            <translation>관리 API</translation>
        </message>
        <message>
            <source>String</source>
            <translation>문자열</translation>
        </message>
        <message>
            <source>Hash</source>
            <translation>해시</translation>
        </message>
        <message>
            <source>List</source>
            <translation>리스트</translation>
        </message>
        <message>
            <source>Set</source>
            <translation>집합</translation>
        </message>
        <message>
            <source>Sorted set</source>
            <translation>정렬된 집합</translation>
        </message>
    </context>
    <context>
        <name>millpond::console</name>
        <message>
            <source>Dashboard</source>
            <translation>대시보드</translation>
        </message>
        <message>
            <source>Redis clusters</source>
            <translation>Redis 클러스터</translation>
        </message>
        <message>
            <source>Security groups</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>이벤트</translation>
        </message>
        <message>
            <source>Operations</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>설정</translation>
        </message>
        <message>
            <source>Page</source>
            <translation>페이지</translation>
        </message>
        <message>
            <source>Cluster</source>
            <translation>클러스터</translation>
        </message>
        <message>
            <source>Browse the keys of %1</source>
            <translation>%1의 키 탐색</translation>
        </message>
        <message>
            <source>Action</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Modify %1</source>
            <translation>%1 수정</translation>
        </message>
        <message>
            <source>Fail over %1</source>
            <translation>%1 장애 조치</translation>
        </message>
        <message>
            <source>Reboot nodes of %1</source>
            <translation>%1의 노드 재부팅</translation>
        </message>
        <message>
            <source>Delete %1</source>
            <translation>%1 삭제</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Create cluster</source>
            <translation>클러스터 생성</translation>
        </message>
        <message>
            <source>Create security group</source>
            <translation>보안 그룹 생성</translation>
        </message>
        <message>
            <source>Security group</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Light theme</source>
            <translation>라이트 테마</translation>
        </message>
        <message>
            <source>Dark theme</source>
            <translation>다크 테마</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>언어</translation>
        </message>
        <message>
            <source>No connection to the admin API since %1 (%2). %3 What you see may be out of date; trying again.</source>
            <translation>%1부터(%2) 관리 API에 연결되지 않았습니다. %3 화면의 내용이 최신이 아닐 수 있습니다. 다시 연결하는 중입니다.</translation>
        </message>
        <message>
            <source>%1/s</source>
            <translation>%1/초</translation>
        </message>
        <message>
            <source>%1 ms</source>
            <translation>%1ms</translation>
        </message>
        <message>
            <source>%1 s</source>
            <translation>%1초</translation>
        </message>
        <message>
            <source>%1 min %2 s</source>
            <translation>%1분 %2초</translation>
        </message>
        <message>
            <source>%1 h %2 min</source>
            <translation>%1시간 %2분</translation>
        </message>
        <message>
            <source>%1 d %2 h</source>
            <translation>%1일 %2시간</translation>
        </message>
        <message>
            <source>No expiry</source>
            <translation>만료 없음</translation>
        </message>
        <message>
            <source>Enter a name.</source>
            <translation>이름을 입력하세요.</translation>
        </message>
        <message>
            <source>Use at most %1 characters.</source>
            <translation>최대 %1자까지 사용할 수 있습니다.</translation>
        </message>
        <message>
            <source>Begin with a letter (a to z).</source>
            <translation>영문자(a-z)로 시작하세요.</translation>
        </message>
        <message>
            <source>Use only letters (a to z), digits and hyphens.</source>
            <translation>영문자(a-z), 숫자, 하이픈만 사용하세요.</translation>
        </message>
        <message>
            <source>Two hyphens may not follow each other.</source>
            <translation>하이픈을 연속으로 쓸 수 없습니다.</translation>
        </message>
        <message>
            <source>The last character may not be a hyphen.</source>
            <translation>마지막 문자는 하이픈일 수 없습니다.</translation>
        </message>
        <message>
            <source>A name may not begin with "sg-": that is how IDs begin.</source>
            <translation>이름은 "sg-"로 시작할 수 없습니다. ID가 그렇게 시작합니다.</translation>
        </message>
        <message>
            <source>Use only letters (a to z), digits, spaces and ._-:/()#,@[]+=&amp;;{}!$*</source>
            <translation>영문자(a-z), 숫자, 공백과 ._-:/()#,@[]+=&amp;;{}!$*만 사용하세요</translation>
        </message>
        <message>
            <source>Enter a port (6379) or a range (6379-6399).</source>
            <translation>포트(6379)나 범위(6379-6399)를 입력하세요.</translation>
        </message>
        <message>
            <source>A port is at most %1.</source>
            <translation>포트는 최대 %1입니다.</translation>
        </message>
        <message>
            <source>The first port must not be greater than the last.</source>
            <translation>시작 포트는 끝 포트보다 클 수 없습니다.</translation>
        </message>
        <message>
            <source>Enter an address (127.0.0.1) or a range (127.0.0.0/8).</source>
            <translation>주소(127.0.0.1)나 범위(127.0.0.0/8)를 입력하세요.</translation>
        </message>
        <message>
            <source>The prefix length is a number from 0 to 32.</source>
            <translation>프리픽스 길이는 0에서 32 사이의 숫자입니다.</translation>
        </message>
        <message>
            <source>The range begins at %1.%2.%3.%4/%5.</source>
            <translation>범위는 %1.%2.%3.%4/%5에서 시작합니다.</translation>
        </message>
        <message>
            <source>Modify...</source>
            <translation>수정...</translation>
        </message>
        <message>
            <source>Failover primary...</source>
            <translation>기본 노드 장애 조치...</translation>
        </message>
        <message>
            <source>Reboot nodes...</source>
            <translation>노드 재부팅...</translation>
        </message>
        <message>
            <source>Manage tags...</source>
            <translation>태그 관리...</translation>
        </message>
        <message>
            <source>Delete...</source>
            <translation>삭제...</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ActionDialog</name>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::AllowSourceDialog</name>
        <message>
            <source>Allow %1</source>
            <translation>%1 허용</translation>
        </message>
        <message>
            <source>Add rule</source>
            <translation>규칙 추가</translation>
        </message>
        <message>
            <source>Adds an inbound rule for this address and the cluster's port %1. Every cluster that uses the group lets the address in.</source>
            <translation>이 주소와 클러스터의 포트 %1에 대한 인바운드 규칙을 추가합니다. 이 그룹을 사용하는 모든 클러스터가 이 주소의 접속을 허용합니다.</translation>
        </message>
        <message>
            <source>Security group</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Optional</source>
            <translation>선택 사항</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ClusterModel</name>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>Mode</source>
            <translation>모드</translation>
        </message>
        <message>
            <source>Shards</source>
            <translation>샤드</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Node type</source>
            <translation>노드 유형</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>엔진</translation>
        </message>
        <message>
            <source>Auto failover</source>
            <translation>자동 장애 조치</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>메모리</translation>
        </message>
        <message>
            <source>Operations</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Primary endpoint</source>
            <translation>기본 엔드포인트</translation>
        </message>
        <message>
            <source>Enabled</source>
            <translation>활성화됨</translation>
        </message>
        <message>
            <source>Disabled</source>
            <translation>비활성화됨</translation>
        </message>
        <message>
            <source>Redis</source>
            <translation>Redis</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 / %2</translation>
        </message>
        <message numerus="yes">
            <source>%n node(s) not available</source>
            <translation>
                <numerusform>노드 %n개를 사용할 수 없음</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ClusterPage</name>
        <message>
            <source>Back to Redis clusters</source>
            <translation>Redis 클러스터로 돌아가기</translation>
        </message>
        <message>
            <source>Modify</source>
            <translation>수정</translation>
        </message>
        <message>
            <source>Failover</source>
            <translation>장애 조치</translation>
        </message>
        <message>
            <source>Actions</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Details of the cluster</source>
            <translation>클러스터 세부 정보</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>개요</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Metrics</source>
            <translation>지표</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>키</translation>
        </message>
        <message>
            <source>Network and security</source>
            <translation>네트워크 및 보안</translation>
        </message>
        <message>
            <source>Events</source>
            <translation>이벤트</translation>
        </message>
        <message>
            <source>Deleted</source>
            <translation>삭제됨</translation>
        </message>
        <message>
            <source>This cluster is no longer there.</source>
            <translation>이 클러스터는 더 이상 없습니다.</translation>
        </message>
        <message>
            <source>%1 copied</source>
            <translation>%1 복사됨</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ClustersPage</name>
        <message>
            <source>Redis clusters</source>
            <translation>Redis 클러스터</translation>
        </message>
        <message>
            <source>No clusters yet</source>
            <translation>아직 클러스터가 없습니다</translation>
        </message>
        <message>
            <source>Press "Create cluster" (Ctrl+N): it is ready within a second.</source>
            <translation>"클러스터 생성"(Ctrl+N)을 누르세요. 1초 안에 준비됩니다.</translation>
        </message>
        <message>
            <source>Filter clusters by name, status, type or address</source>
            <translation>이름, 상태, 유형, 주소로 클러스터 필터링</translation>
        </message>
        <message>
            <source>View details</source>
            <translation>세부 정보 보기</translation>
        </message>
        <message>
            <source>Actions</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Create cluster</source>
            <translation>클러스터 생성</translation>
        </message>
        <message>
            <source>%1 copied</source>
            <translation>%1 복사됨</translation>
        </message>
        <message>
            <source>Select a cluster first.</source>
            <translation>먼저 클러스터를 선택하세요.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::CommandPalette</name>
        <message>
            <source>Command palette</source>
            <translation>명령 팔레트</translation>
        </message>
        <message>
            <source>Search actions, clusters, nodes and security groups</source>
            <translation>작업, 클러스터, 노드, 보안 그룹 검색</translation>
        </message>
        <message>
            <source>Matches</source>
            <translation>검색 결과</translation>
        </message>
        <message>
            <source>Up and Down to move, Return to go, Esc to close</source>
            <translation>위/아래 키로 이동, Enter로 실행, Esc로 닫기</translation>
        </message>
        <message>
            <source>No matches</source>
            <translation>일치하는 항목 없음</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::CopyLabel</name>
        <message>
            <source>Copy %1</source>
            <translation>%1 복사</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::CreateWizard</name>
        <message>
            <source>Create Redis cluster</source>
            <translation>Redis 클러스터 생성</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>Engine and name</source>
            <translation>엔진 및 이름</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>네트워크</translation>
        </message>
        <message>
            <source>Tags</source>
            <translation>태그</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>검토</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Previous</source>
            <translation>이전</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>다음</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>엔진</translation>
        </message>
        <message>
            <source>Redis 7.0 - cluster mode disabled: one shard, up to five replicas</source>
            <translation>Redis 7.0 - 클러스터 모드 비활성화됨: 샤드 1개, 복제본 최대 5개</translation>
        </message>
        <message>
            <source>Redis 7.0</source>
            <translation>Redis 7.0</translation>
        </message>
        <message>
            <source>Cluster info</source>
            <translation>클러스터 정보</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>Up to 40 letters, digits and hyphens, beginning with a letter. It cannot be changed later.</source>
            <translation>문자로 시작하는 최대 40자의 영문자, 숫자, 하이픈입니다. 나중에 변경할 수 없습니다.</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
        <message>
            <source>Optional.</source>
            <translation>선택 사항입니다.</translation>
        </message>
        <message>
            <source>Size and availability</source>
            <translation>크기 및 가용성</translation>
        </message>
        <message>
            <source>Node type</source>
            <translation>노드 유형</translation>
        </message>
        <message>
            <source>Fixes how much memory each node may hold.</source>
            <translation>각 노드가 사용할 수 있는 메모리를 정합니다.</translation>
        </message>
        <message>
            <source>Replicas</source>
            <translation>복제본</translation>
        </message>
        <message>
            <source>Copies of the primary, in other zones, that serve reads and take its place when it fails.</source>
            <translation>다른 영역에 있는 기본 노드의 복사본입니다. 읽기를 처리하고, 기본 노드에 장애가 생기면 그 자리를 대신합니다.</translation>
        </message>
        <message>
            <source>Promote a replica by itself when the primary fails</source>
            <translation>기본 노드에 장애가 생기면 복제본을 자동으로 승격</translation>
        </message>
        <message>
            <source>Auto failover</source>
            <translation>자동 장애 조치</translation>
        </message>
        <message>
            <source>Port</source>
            <translation>포트</translation>
        </message>
        <message>
            <source>VPC</source>
            <translation>VPC</translation>
        </message>
        <message>
            <source>The address range that clients must come from. Clients outside it are refused, whatever the rules say.</source>
            <translation>클라이언트가 속해야 하는 주소 범위입니다. 범위 밖의 클라이언트는 규칙과 관계없이 거부됩니다.</translation>
        </message>
        <message>
            <source>Security groups</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Their inbound rules say who may connect. With none chosen the VPC's default group is applied, which lets nobody in.</source>
            <translation>누가 접속할 수 있는지는 인바운드 규칙이 정합니다. 아무것도 선택하지 않으면 아무도 허용하지 않는 VPC의 기본 그룹이 적용됩니다.</translation>
        </message>
        <message>
            <source>On this machine's own range any local process may choose its source address: rules separate well-behaved programs, not users. Against local users, set AUTH.</source>
            <translation>이 컴퓨터의 로컬 주소 범위에서는 모든 로컬 프로세스가 소스 주소를 고를 수 있습니다. 규칙은 정상적인 프로그램을 구분할 뿐 사용자를 구분하지 않습니다. 로컬 사용자로부터 보호하려면 AUTH를 설정하세요.</translation>
        </message>
        <message>
            <source>Words to find and group clusters by. A cluster tagged env = production asks for its name before a failover.</source>
            <translation>클러스터를 찾고 묶는 데 쓰는 단어입니다. env = production 태그가 있는 클러스터는 장애 조치 전에 이름을 입력해야 합니다.</translation>
        </message>
        <message>
            <source>Your cluster</source>
            <translation>생성할 클러스터</translation>
        </message>
        <message>
            <source>The same from a terminal</source>
            <translation>터미널에서 같은 작업 실행</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>복사</translation>
        </message>
        <message>
            <source>AWS command</source>
            <translation>AWS 명령</translation>
        </message>
        <message>
            <source>There is already a cluster of that name.</source>
            <translation>같은 이름의 클러스터가 이미 있습니다.</translation>
        </message>
        <message>
            <source>Auto failover needs at least one replica.</source>
            <translation>자동 장애 조치에는 복제본이 하나 이상 필요합니다.</translation>
        </message>
        <message numerus="yes">
            <source>%n node(s), up to %1 of memory in all</source>
            <translation>
                <numerusform>노드 %n개, 메모리 합계 최대 %1</numerusform>
            </translation>
        </message>
        <message>
            <source>Create cluster</source>
            <translation>클러스터 생성</translation>
        </message>
        <message numerus="yes">
            <source>1 primary, %n replica(s)</source>
            <translation>
                <numerusform>기본 노드 1개, 복제본 %n개</numerusform>
            </translation>
        </message>
        <message>
            <source>Enabled</source>
            <translation>활성화됨</translation>
        </message>
        <message>
            <source>Disabled</source>
            <translation>비활성화됨</translation>
        </message>
        <message>
            <source>default (lets nobody in)</source>
            <translation>default (아무도 허용하지 않음)</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::DashboardPage</name>
        <message>
            <source>Dashboard</source>
            <translation>대시보드</translation>
        </message>
        <message>
            <source>Create cluster</source>
            <translation>클러스터 생성</translation>
        </message>
        <message>
            <source>Clusters</source>
            <translation>클러스터</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>메모리</translation>
        </message>
        <message>
            <source>Operations</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Hit rate</source>
            <translation>적중률</translation>
        </message>
        <message>
            <source>Failovers in 24 hours</source>
            <translation>24시간 동안의 장애 조치</translation>
        </message>
        <message>
            <source>Redis clusters</source>
            <translation>Redis 클러스터</translation>
        </message>
        <message>
            <source>View all</source>
            <translation>모두 보기</translation>
        </message>
        <message>
            <source>No clusters yet</source>
            <translation>아직 클러스터가 없습니다</translation>
        </message>
        <message>
            <source>Create one: it is ready within a second.</source>
            <translation>하나 생성해 보세요. 1초 안에 준비됩니다.</translation>
        </message>
        <message>
            <source>Needs attention</source>
            <translation>확인 필요</translation>
        </message>
        <message>
            <source>Recent events</source>
            <translation>최근 이벤트</translation>
        </message>
        <message>
            <source>Nothing has happened yet</source>
            <translation>아직 이벤트가 없습니다</translation>
        </message>
        <message>
            <source>What happens to clusters and nodes is told here.</source>
            <translation>클러스터와 노드에 일어나는 일이 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>%1 could not be created</source>
            <translation>%1 생성 실패</translation>
        </message>
        <message>
            <source>%1 has failed</source>
            <translation>%1에 장애 발생</translation>
        </message>
        <message>
            <source>%1 is being recovered</source>
            <translation>%1 복구 중</translation>
        </message>
        <message>
            <source>%1 has lost its primary</source>
            <translation>%1의 기본 노드 연결 끊김</translation>
        </message>
        <message>
            <source>%1 has no replica: its data goes with its node</source>
            <translation>%1에 복제본 없음: 노드와 함께 데이터도 사라짐</translation>
        </message>
        <message>
            <source>%1 uses %2 of its memory</source>
            <translation>%1 메모리 사용률 %2</translation>
        </message>
        <message>
            <source>All is well</source>
            <translation>모두 정상입니다</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>외 %n건</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 available, %2 busy</source>
            <translation>사용 가능 %1, 작업 중 %2</translation>
        </message>
        <message>
            <source>of %1</source>
            <translation>/ %1</translation>
        </message>
        <message>
            <source>over all nodes</source>
            <translation>모든 노드 합계</translation>
        </message>
        <message>
            <source>of reads find their key</source>
            <translation>읽기가 키를 찾은 비율</translation>
        </message>
        <message>
            <source>no reads now</source>
            <translation>현재 읽기 없음</translation>
        </message>
        <message>
            <source>none</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>see Operations</source>
            <translation>작업 페이지 참조</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::DataTable</name>
        <message>
            <source>No matches</source>
            <translation>일치하는 항목 없음</translation>
        </message>
        <message>
            <source>Change or clear the filter to see more.</source>
            <translation>필터를 바꾸거나 지우면 더 볼 수 있습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::DeleteClusterDialog</name>
        <message>
            <source>Delete %1</source>
            <translation>%1 삭제</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>삭제</translation>
        </message>
        <message>
            <source>All nodes of the cluster end and their data is removed. This cannot be undone. Its endpoints stop answering.</source>
            <translation>클러스터의 모든 노드가 종료되고 데이터가 제거됩니다. 되돌릴 수 없습니다. 엔드포인트는 더 이상 응답하지 않습니다.</translation>
        </message>
        <message>
            <source>Type %1 to confirm</source>
            <translation>확인하려면 %1 입력</translation>
        </message>
        <message>
            <source>Type the name of the cluster first.</source>
            <translation>먼저 클러스터 이름을 입력하세요.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::DeleteGroupDialog</name>
        <message>
            <source>Delete %1</source>
            <translation>%1 삭제</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>삭제</translation>
        </message>
        <message>
            <source>The security group and its inbound rules are removed. No cluster uses it.</source>
            <translation>보안 그룹과 인바운드 규칙이 제거됩니다. 이 그룹을 사용하는 클러스터는 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::EventModel</name>
        <message>
            <source>Time</source>
            <translation>시간</translation>
        </message>
        <message>
            <source>Severity</source>
            <translation>심각도</translation>
        </message>
        <message>
            <source>Source type</source>
            <translation>소스 유형</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>소스</translation>
        </message>
        <message>
            <source>Event</source>
            <translation>이벤트</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::EventsPage</name>
        <message>
            <source>Events</source>
            <translation>이벤트</translation>
        </message>
        <message>
            <source>Nothing has happened yet</source>
            <translation>아직 이벤트가 없습니다</translation>
        </message>
        <message>
            <source>What happens to clusters, nodes and security groups is told here.</source>
            <translation>클러스터, 노드, 보안 그룹에 일어나는 일이 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>Filter events by source or words</source>
            <translation>소스나 단어로 이벤트 필터링</translation>
        </message>
        <message>
            <source>Severity</source>
            <translation>심각도</translation>
        </message>
        <message>
            <source>All severities</source>
            <translation>모든 심각도</translation>
        </message>
        <message>
            <source>Event copied</source>
            <translation>이벤트 복사됨</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::EventsTab</name>
        <message>
            <source>Events of the cluster</source>
            <translation>클러스터 이벤트</translation>
        </message>
        <message>
            <source>Nothing has happened yet</source>
            <translation>아직 이벤트가 없습니다</translation>
        </message>
        <message>
            <source>What happens to this cluster and its nodes is told here.</source>
            <translation>이 클러스터와 노드에 일어나는 일이 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>Filter events</source>
            <translation>이벤트 필터링</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::FailoverDialog</name>
        <message>
            <source>Fail over %1</source>
            <translation>%1 장애 조치</translation>
        </message>
        <message>
            <source>Failover</source>
            <translation>장애 조치</translation>
        </message>
        <message>
            <source>A replica becomes the primary. Writes pause for a few milliseconds and none that was acknowledged is lost; clients keep the same endpoint.</source>
            <translation>복제본이 기본 노드가 됩니다. 쓰기는 몇 밀리초 동안 멈추며 응답된 쓰기는 손실되지 않습니다. 클라이언트의 엔드포인트는 그대로입니다.</translation>
        </message>
        <message>
            <source>The replica furthest ahead</source>
            <translation>가장 앞선 복제본</translation>
        </message>
        <message>
            <source>Promote</source>
            <translation>승격</translation>
        </message>
        <message>
            <source>Type %1 to confirm</source>
            <translation>확인하려면 %1 입력</translation>
        </message>
        <message>
            <source>The cluster is tagged production.</source>
            <translation>production 태그가 있는 클러스터입니다.</translation>
        </message>
        <message>
            <source>Phases</source>
            <translation>진행 단계</translation>
        </message>
        <message>
            <source>Type the name of the cluster first.</source>
            <translation>먼저 클러스터 이름을 입력하세요.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>닫기</translation>
        </message>
        <message>
            <source>Under way...</source>
            <translation>진행 중...</translation>
        </message>
        <message>
            <source>The failover did not happen</source>
            <translation>장애 조치가 이루어지지 않았습니다</translation>
        </message>
        <message>
            <source>%1 is the primary: writes paused for %2, %3 lost</source>
            <translation>%1이(가) 기본 노드입니다: 쓰기 중단 %2, 손실 %3</translation>
        </message>
        <message>
            <source>%1 now follows it as a replica.</source>
            <translation>%1은(는) 이제 복제본으로 동작합니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::FlashBar</name>
        <message>
            <source>Dismiss message</source>
            <translation>메시지 닫기</translation>
        </message>
        <message>
            <source>Messages</source>
            <translation>메시지</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::GroupDialog</name>
        <message>
            <source>Create security group</source>
            <translation>보안 그룹 생성</translation>
        </message>
        <message>
            <source>Inbound rules of %1</source>
            <translation>%1의 인바운드 규칙</translation>
        </message>
        <message>
            <source>Save rules</source>
            <translation>규칙 저장</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>Basics</source>
            <translation>기본 정보</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
        <message>
            <source>Inbound rules</source>
            <translation>인바운드 규칙</translation>
        </message>
        <message>
            <source>What is not allowed here is refused. Anywhere means anywhere within the VPC.</source>
            <translation>여기에서 허용하지 않은 접속은 거부됩니다. '모든 위치'는 VPC 안의 모든 위치를 뜻합니다.</translation>
        </message>
        <message>
            <source>On this machine's own range any local process may choose its source address: rules separate well-behaved programs, not users. Against local users, set AUTH.</source>
            <translation>이 컴퓨터의 로컬 주소 범위에서는 모든 로컬 프로세스가 소스 주소를 고를 수 있습니다. 규칙은 정상적인 프로그램을 구분할 뿐 사용자를 구분하지 않습니다. 로컬 사용자로부터 보호하려면 AUTH를 설정하세요.</translation>
        </message>
        <message>
            <source>Nothing has been changed.</source>
            <translation>변경된 내용이 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::GroupPicker</name>
        <message>
            <source>lets nobody in</source>
            <translation>아무도 허용하지 않음</translation>
        </message>
        <message>
            <source>Anywhere</source>
            <translation>모든 위치</translation>
        </message>
        <message>
            <source>%1 from %2</source>
            <translation>%2에서 %1</translation>
        </message>
        <message>
            <source>Security groups</source>
            <translation>보안 그룹</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::GroupsPage</name>
        <message>
            <source>Security groups</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>No security groups</source>
            <translation>보안 그룹이 없습니다</translation>
        </message>
        <message>
            <source>Press "Create security group" (Ctrl+N) to open a port.</source>
            <translation>포트를 열려면 "보안 그룹 생성"(Ctrl+N)을 누르세요.</translation>
        </message>
        <message>
            <source>Filter security groups by name, ID or cluster</source>
            <translation>이름, ID, 클러스터로 보안 그룹 필터링</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>삭제</translation>
        </message>
        <message>
            <source>Create security group</source>
            <translation>보안 그룹 생성</translation>
        </message>
        <message>
            <source>Inbound rules</source>
            <translation>인바운드 규칙</translation>
        </message>
        <message>
            <source>Edit inbound rules</source>
            <translation>인바운드 규칙 편집</translation>
        </message>
        <message>
            <source>%1 copied</source>
            <translation>%1 복사됨</translation>
        </message>
        <message>
            <source>Select a security group first.</source>
            <translation>먼저 보안 그룹을 선택하세요.</translation>
        </message>
        <message>
            <source>The default group of a VPC cannot be deleted.</source>
            <translation>VPC의 기본 그룹은 삭제할 수 없습니다.</translation>
        </message>
        <message>
            <source>The group is in use by %1. Take it off with Modify first.</source>
            <translation>%1에서 사용 중인 그룹입니다. 먼저 클러스터 수정에서 해제하세요.</translation>
        </message>
        <message>
            <source>%1 (%2)</source>
            <translation>%1 (%2)</translation>
        </message>
        <message>
            <source>No inbound rules: nobody is let in</source>
            <translation>인바운드 규칙이 없어 아무도 접속할 수 없습니다</translation>
        </message>
        <message>
            <source>Press "Edit inbound rules" to open a port.</source>
            <translation>포트를 열려면 "인바운드 규칙 편집"을 누르세요.</translation>
        </message>
        <message>
            <source>No group selected</source>
            <translation>선택한 그룹 없음</translation>
        </message>
        <message>
            <source>Select a security group to see its rules.</source>
            <translation>보안 그룹을 선택하면 규칙이 표시됩니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::KeyModel</name>
        <message>
            <source>Key</source>
            <translation>키</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>유형</translation>
        </message>
        <message>
            <source>Expires in</source>
            <translation>만료까지</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>크기</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::KeysTab</name>
        <message>
            <source>Key pattern</source>
            <translation>키 패턴</translation>
        </message>
        <message>
            <source>Pattern, for example order:*</source>
            <translation>패턴, 예: order:*</translation>
        </message>
        <message>
            <source>Key type</source>
            <translation>키 유형</translation>
        </message>
        <message>
            <source>All types</source>
            <translation>모든 유형</translation>
        </message>
        <message>
            <source>Database</source>
            <translation>데이터베이스</translation>
        </message>
        <message>
            <source>Database </source>
            <translation>데이터베이스 </translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>계속</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>키</translation>
        </message>
        <message>
            <source>No keys found</source>
            <translation>키를 찾지 못했습니다</translation>
        </message>
        <message>
            <source>Change the pattern or the type, or write something to the cluster.</source>
            <translation>패턴이나 유형을 바꾸거나 클러스터에 데이터를 써 보세요.</translation>
        </message>
        <message>
            <source>%1 copied</source>
            <translation>%1 복사됨</translation>
        </message>
        <message>
            <source>%1 keys found, all of %2 scanned</source>
            <translation>키 %1개 찾음, 전체 %2개 스캔 완료</translation>
        </message>
        <message>
            <source>%1 keys found, about %2 in the database</source>
            <translation>키 %1개 찾음, 데이터베이스에 약 %2개</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>중지</translation>
        </message>
        <message>
            <source>Scan again</source>
            <translation>다시 스캔</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::MainWindow</name>
        <message>
            <source>Millpond console</source>
            <translation>Millpond 콘솔</translation>
        </message>
        <message>
            <source>Navigation</source>
            <translation>탐색</translation>
        </message>
        <message>
            <source>Reading everything again</source>
            <translation>모두 다시 읽는 중</translation>
        </message>
        <message>
            <source>Admin API %1 is well   ·   %2</source>
            <translation>관리 API %1 정상   ·   %2</translation>
        </message>
        <message>
            <source>Connecting to %1</source>
            <translation>%1에 연결 중</translation>
        </message>
        <message>
            <source>Not connected to %1</source>
            <translation>%1에 연결되지 않음</translation>
        </message>
        <message>
            <source>No operation is running</source>
            <translation>실행 중인 작업 없음</translation>
        </message>
        <message numerus="yes">
            <source>%n operation(s) running</source>
            <translation>
                <numerusform>작업 %n개 실행 중</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%2 - %1</translation>
        </message>
        <message>
            <source>%1 failed</source>
            <translation>%1 실패</translation>
        </message>
        <message>
            <source>%1 succeeded</source>
            <translation>%1 성공</translation>
        </message>
        <message>
            <source>Creating %1</source>
            <translation>%1 생성 중</translation>
        </message>
        <message>
            <source>It appears in the list and becomes available there.</source>
            <translation>목록에 나타나며, 그곳에서 사용 가능 상태가 됩니다.</translation>
        </message>
        <message>
            <source>Security group %1 created</source>
            <translation>보안 그룹 %1 생성됨</translation>
        </message>
        <message>
            <source>Apply it to a cluster with Modify.</source>
            <translation>클러스터 수정에서 적용하세요.</translation>
        </message>
        <message>
            <source>%1 is let in by %2</source>
            <translation>%2에서 %1의 접속을 허용합니다</translation>
        </message>
        <message>
            <source>Security group %1 deleted</source>
            <translation>보안 그룹 %1 삭제됨</translation>
        </message>
        <message>
            <source>Rules of %1 saved</source>
            <translation>%1의 규칙 저장됨</translation>
        </message>
        <message>
            <source>They are in force.</source>
            <translation>지금부터 적용됩니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::MetricsTab</name>
        <message>
            <source>Time range</source>
            <translation>시간 범위</translation>
        </message>
        <message>
            <source>5 minutes</source>
            <translation>5분</translation>
        </message>
        <message>
            <source>15 minutes</source>
            <translation>15분</translation>
        </message>
        <message>
            <source>1 hour</source>
            <translation>1시간</translation>
        </message>
        <message>
            <source>6 hours</source>
            <translation>6시간</translation>
        </message>
        <message>
            <source>24 hours</source>
            <translation>24시간</translation>
        </message>
        <message>
            <source>7 days</source>
            <translation>7일</translation>
        </message>
        <message>
            <source>15 days</source>
            <translation>15일</translation>
        </message>
        <message>
            <source>Save CSV</source>
            <translation>CSV 저장</translation>
        </message>
        <message>
            <source>Save PNG</source>
            <translation>PNG 저장</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>메모리</translation>
        </message>
        <message>
            <source>Operations per second</source>
            <translation>초당 작업 수</translation>
        </message>
        <message>
            <source>Connections</source>
            <translation>연결</translation>
        </message>
        <message>
            <source>Replication lag</source>
            <translation>복제 지연</translation>
        </message>
        <message>
            <source>Hits per second</source>
            <translation>초당 적중 수</translation>
        </message>
        <message>
            <source>Processor</source>
            <translation>프로세서</translation>
        </message>
        <message>
            <source>%1 became primary</source>
            <translation>%1이(가) 기본 노드가 됨</translation>
        </message>
        <message>
            <source>%1 could not be written: %2</source>
            <translation>%1을(를) 쓸 수 없습니다: %2</translation>
        </message>
        <message>
            <source>%1 saved</source>
            <translation>%1 저장됨</translation>
        </message>
        <message>
            <source>%1 could not be written.</source>
            <translation>%1을(를) 쓸 수 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ModifyDialog</name>
        <message>
            <source>Modify %1</source>
            <translation>%1 수정</translation>
        </message>
        <message>
            <source>Apply changes</source>
            <translation>변경 적용</translation>
        </message>
        <message>
            <source>Promote a replica by itself when the primary fails</source>
            <translation>기본 노드에 장애가 생기면 복제본을 자동으로 승격</translation>
        </message>
        <message>
            <source>Auto failover</source>
            <translation>자동 장애 조치</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
        <message>
            <source>Node type</source>
            <translation>노드 유형</translation>
        </message>
        <message>
            <source>Changes each node's memory limit in place: no node restarts.</source>
            <translation>각 노드의 메모리 한도를 바로 바꿉니다. 노드는 다시 시작되지 않습니다.</translation>
        </message>
        <message>
            <source>Replicas</source>
            <translation>복제본</translation>
        </message>
        <message>
            <source>Added replicas copy the primary first; removed ones lose their data.</source>
            <translation>추가된 복제본은 먼저 기본 노드를 복사합니다. 제거된 복제본의 데이터는 사라집니다.</translation>
        </message>
        <message>
            <source>Security groups</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Connections that no rule allows any more are closed.</source>
            <translation>더 이상 허용되지 않는 연결은 닫힙니다.</translation>
        </message>
        <message>
            <source>What changes</source>
            <translation>변경 내용</translation>
        </message>
        <message>
            <source>Description: "%1" becomes "%2"</source>
            <translation>설명: "%1" → "%2"</translation>
        </message>
        <message>
            <source>Node type: %1 becomes %2; no node restarts</source>
            <translation>노드 유형: %1 → %2 (노드는 다시 시작되지 않음)</translation>
        </message>
        <message>
            <source>Replicas: %1 becomes %2; the primary keeps running</source>
            <translation>복제본: %1 → %2 (기본 노드는 계속 실행)</translation>
        </message>
        <message>
            <source>Auto failover is switched on</source>
            <translation>자동 장애 조치를 켭니다</translation>
        </message>
        <message>
            <source>Auto failover is switched off</source>
            <translation>자동 장애 조치를 끕니다</translation>
        </message>
        <message>
            <source>Security groups: %1 becomes %2</source>
            <translation>보안 그룹: %1 → %2</translation>
        </message>
        <message>
            <source>Auto failover needs at least one replica.</source>
            <translation>자동 장애 조치에는 복제본이 하나 이상 필요합니다.</translation>
        </message>
        <message>
            <source>Nothing yet.</source>
            <translation>아직 없습니다.</translation>
        </message>
        <message>
            <source>Choose at least one security group.</source>
            <translation>보안 그룹을 하나 이상 선택하세요.</translation>
        </message>
        <message>
            <source>Nothing has been changed.</source>
            <translation>변경된 내용이 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::NetworkTab</name>
        <message>
            <source>Inbound rules</source>
            <translation>인바운드 규칙</translation>
        </message>
        <message>
            <source>Change security groups</source>
            <translation>보안 그룹 변경</translation>
        </message>
        <message>
            <source>Nobody is let in</source>
            <translation>아무도 접속할 수 없습니다</translation>
        </message>
        <message>
            <source>Apply a security group with an inbound rule: press "Change security groups".</source>
            <translation>"보안 그룹 변경"을 눌러 인바운드 규칙이 있는 보안 그룹을 적용하세요.</translation>
        </message>
        <message>
            <source>Reachability</source>
            <translation>연결 가능성</translation>
        </message>
        <message>
            <source>Would a client at this address get in, and by which rule?</source>
            <translation>이 주소의 클라이언트가 접속할 수 있는지, 어느 규칙 때문인지 확인합니다.</translation>
        </message>
        <message>
            <source>Source address</source>
            <translation>소스 주소</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>테스트</translation>
        </message>
        <message>
            <source>A refused client is connected and reset at once: test with PING, not with a port scan.</source>
            <translation>거부된 클라이언트는 연결되자마자 끊깁니다. 포트 스캔이 아니라 PING으로 확인하세요.</translation>
        </message>
        <message>
            <source>Connections by source</source>
            <translation>소스별 연결</translation>
        </message>
        <message>
            <source>Accepted and refused since the nodes started.</source>
            <translation>노드가 시작된 뒤 허용되거나 거부된 연결입니다.</translation>
        </message>
        <message>
            <source>Nobody has connected yet</source>
            <translation>아직 접속이 없습니다</translation>
        </message>
        <message>
            <source>Clients that connect, and those that are refused, appear here.</source>
            <translation>접속했거나 거부된 클라이언트가 여기에 나타납니다.</translation>
        </message>
        <message>
            <source>Filter sources</source>
            <translation>소스 필터링</translation>
        </message>
        <message>
            <source>Allow this source</source>
            <translation>이 소스 허용</translation>
        </message>
        <message>
            <source>VPC %1 (%2)   ·   port %3   ·   security groups: %4</source>
            <translation>VPC %1 (%2)   ·   포트 %3   ·   보안 그룹: %4</translation>
        </message>
        <message>
            <source>Select a source first.</source>
            <translation>먼저 소스를 선택하세요.</translation>
        </message>
        <message>
            <source>This source is not refused.</source>
            <translation>거부된 소스가 아닙니다.</translation>
        </message>
        <message>
            <source>The address is outside the VPC's range %1: no rule can let it in.</source>
            <translation>주소가 VPC 범위 %1 밖에 있어 어떤 규칙으로도 허용할 수 없습니다.</translation>
        </message>
        <message>
            <source>Allowed</source>
            <translation>허용됨</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>거부됨</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::NodeModel</name>
        <message>
            <source>In step</source>
            <translation>지연 없음</translation>
        </message>
        <message>
            <source>%1, %2</source>
            <translation>%1, %2</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Role</source>
            <translation>역할</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>Replication</source>
            <translation>복제</translation>
        </message>
        <message>
            <source>Zone</source>
            <translation>영역</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>주소</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>메모리</translation>
        </message>
        <message>
            <source>Connections</source>
            <translation>연결</translation>
        </message>
        <message>
            <source>Operations</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Lag</source>
            <translation>지연</translation>
        </message>
        <message>
            <source>%1 of %2</source>
            <translation>%1 / %2</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::NodesTab</name>
        <message>
            <source>Nodes</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>No nodes</source>
            <translation>노드 없음</translation>
        </message>
        <message>
            <source>They appear as they are started.</source>
            <translation>시작되는 대로 나타납니다.</translation>
        </message>
        <message>
            <source>Filter nodes</source>
            <translation>노드 필터링</translation>
        </message>
        <message>
            <source>Promote</source>
            <translation>승격</translation>
        </message>
        <message>
            <source>Reboot</source>
            <translation>재부팅</translation>
        </message>
        <message>
            <source>%1 copied</source>
            <translation>%1 복사됨</translation>
        </message>
        <message>
            <source>Select a node first.</source>
            <translation>먼저 노드를 선택하세요.</translation>
        </message>
        <message>
            <source>This node is the primary already.</source>
            <translation>이미 기본 노드입니다.</translation>
        </message>
        <message>
            <source>This replica is not in sync with its primary.</source>
            <translation>이 복제본은 기본 노드와 동기화되어 있지 않습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::OperationModel</name>
        <message>
            <source>%1 is primary; writes paused for %2, %3 lost</source>
            <translation>%1이(가) 기본 노드가 됨. 쓰기 중단 %2, 손실 %3</translation>
        </message>
        <message>
            <source>Started</source>
            <translation>시작</translation>
        </message>
        <message>
            <source>Operation</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>Target</source>
            <translation>대상</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>진행률</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>Took</source>
            <translation>소요 시간</translation>
        </message>
        <message>
            <source>Requested by</source>
            <translation>요청자</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::OperationsPage</name>
        <message>
            <source>Operations</source>
            <translation>작업</translation>
        </message>
        <message>
            <source>No operations yet</source>
            <translation>아직 작업이 없습니다</translation>
        </message>
        <message>
            <source>Creating, modifying, failing over: each shows its steps here.</source>
            <translation>생성, 수정, 장애 조치의 각 단계가 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>Filter operations by target, kind or status</source>
            <translation>대상, 종류, 상태로 작업 필터링</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>%1 of %2   ·   %3</source>
            <translation>%2 - %1   ·   %3</translation>
        </message>
        <message>
            <source>Select an operation to see its steps.</source>
            <translation>작업을 선택하면 단계가 표시됩니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::OverviewTab</name>
        <message>
            <source>Cluster details</source>
            <translation>클러스터 세부 정보</translation>
        </message>
        <message>
            <source>Primary endpoint</source>
            <translation>기본 엔드포인트</translation>
        </message>
        <message>
            <source>Reader endpoint</source>
            <translation>리더 엔드포인트</translation>
        </message>
        <message>
            <source>ARN</source>
            <translation>ARN</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>엔진</translation>
        </message>
        <message>
            <source>Node type</source>
            <translation>노드 유형</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>메모리</translation>
        </message>
        <message>
            <source>Cluster mode</source>
            <translation>클러스터 모드</translation>
        </message>
        <message>
            <source>Auto failover</source>
            <translation>자동 장애 조치</translation>
        </message>
        <message>
            <source>Durability</source>
            <translation>내구성</translation>
        </message>
        <message>
            <source>Created</source>
            <translation>생성 시간</translation>
        </message>
        <message>
            <source>Pending changes</source>
            <translation>대기 중인 변경</translation>
        </message>
        <message>
            <source>Topology</source>
            <translation>토폴로지</translation>
        </message>
        <message>
            <source>Tags</source>
            <translation>태그</translation>
        </message>
        <message>
            <source>Manage tags</source>
            <translation>태그 관리</translation>
        </message>
        <message>
            <source>%1 copied</source>
            <translation>%1 복사됨</translation>
        </message>
        <message>
            <source>Redis %1</source>
            <translation>Redis %1</translation>
        </message>
        <message>
            <source>Enabled</source>
            <translation>활성화됨</translation>
        </message>
        <message>
            <source>Disabled</source>
            <translation>비활성화됨</translation>
        </message>
        <message>
            <source>Synchronous: a write waits for a replica</source>
            <translation>동기: 쓰기가 복제본을 기다림</translation>
        </message>
        <message>
            <source>Asynchronous</source>
            <translation>비동기</translation>
        </message>
        <message>
            <source>node type %1</source>
            <translation>노드 유형 %1</translation>
        </message>
        <message numerus="yes">
            <source>%n replica(s)</source>
            <translation>
                <numerusform>복제본 %n개</numerusform>
            </translation>
        </message>
        <message>
            <source>auto failover on</source>
            <translation>자동 장애 조치 켜기</translation>
        </message>
        <message>
            <source>auto failover off</source>
            <translation>자동 장애 조치 끄기</translation>
        </message>
        <message>
            <source>None</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>No tags.</source>
            <translation>태그가 없습니다.</translation>
        </message>
        <message>
            <source>%1 of %2 per node</source>
            <translation>노드당 %1 / %2</translation>
        </message>
        <message>
            <source>%1 per node</source>
            <translation>노드당 %1</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::Page</name>
        <message>
            <source>Select a cluster first.</source>
            <translation>먼저 클러스터를 선택하세요.</translation>
        </message>
        <message>
            <source>The cluster is not available at the moment: an operation is under way.</source>
            <translation>다른 작업이 진행 중이라 지금은 클러스터를 변경할 수 없습니다.</translation>
        </message>
        <message>
            <source>The cluster has no replica that could take over. Add one with Modify.</source>
            <translation>넘겨받을 복제본이 없습니다. 수정에서 복제본을 추가하세요.</translation>
        </message>
        <message>
            <source>The cluster is being deleted already.</source>
            <translation>이미 삭제 중인 클러스터입니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::RebootDialog</name>
        <message>
            <source>Reboot nodes of %1</source>
            <translation>%1의 노드 재부팅</translation>
        </message>
        <message>
            <source>Reboot</source>
            <translation>재부팅</translation>
        </message>
        <message>
            <source>A rebooted replica comes back and copies what it missed. A primary hands over to a replica first, so nothing is lost; without a replica its data is gone.</source>
            <translation>재부팅된 복제본은 돌아와서 놓친 내용을 복사합니다. 기본 노드는 먼저 복제본에 역할을 넘기므로 손실이 없습니다. 복제본이 없으면 데이터가 사라집니다.</translation>
        </message>
        <message>
            <source>Nodes</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Choose at least one node.</source>
            <translation>노드를 하나 이상 선택하세요.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::RuleEditor</name>
        <message>
            <source>Type</source>
            <translation>유형</translation>
        </message>
        <message>
            <source>Protocol</source>
            <translation>프로토콜</translation>
        </message>
        <message>
            <source>Port range</source>
            <translation>포트 범위</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>소스</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
        <message>
            <source>Inbound rules</source>
            <translation>인바운드 규칙</translation>
        </message>
        <message>
            <source>No inbound rules: nobody is let in. Add a rule to open a port.</source>
            <translation>인바운드 규칙이 없어 아무도 접속할 수 없습니다. 규칙을 추가해 포트를 여세요.</translation>
        </message>
        <message>
            <source>Add rule</source>
            <translation>규칙 추가</translation>
        </message>
        <message>
            <source>Rule %1: %2</source>
            <translation>규칙 %1: %2</translation>
        </message>
        <message>
            <source>Rules %1 and %2 are the same.</source>
            <translation>규칙 %1과(와) %2이(가) 같습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::RuleModel</name>
        <message>
            <source>All traffic</source>
            <translation>모든 트래픽</translation>
        </message>
        <message>
            <source>Redis</source>
            <translation>Redis</translation>
        </message>
        <message>
            <source>Memcached</source>
            <translation>Memcached</translation>
        </message>
        <message>
            <source>Custom TCP</source>
            <translation>사용자 지정 TCP</translation>
        </message>
        <message>
            <source>All</source>
            <translation>전체</translation>
        </message>
        <message>
            <source>Security group</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>유형</translation>
        </message>
        <message>
            <source>Protocol</source>
            <translation>프로토콜</translation>
        </message>
        <message>
            <source>Port range</source>
            <translation>포트 범위</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>소스</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
        <message>
            <source>Anywhere (0.0.0.0/0)</source>
            <translation>모든 위치 (0.0.0.0/0)</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::RuleRow</name>
        <message>
            <source>Type</source>
            <translation>유형</translation>
        </message>
        <message>
            <source>Redis</source>
            <translation>Redis</translation>
        </message>
        <message>
            <source>Memcached</source>
            <translation>Memcached</translation>
        </message>
        <message>
            <source>Custom TCP</source>
            <translation>사용자 지정 TCP</translation>
        </message>
        <message>
            <source>All traffic</source>
            <translation>모든 트래픽</translation>
        </message>
        <message>
            <source>Protocol</source>
            <translation>프로토콜</translation>
        </message>
        <message>
            <source>Port range</source>
            <translation>포트 범위</translation>
        </message>
        <message>
            <source>Source</source>
            <translation>소스</translation>
        </message>
        <message>
            <source>Anywhere</source>
            <translation>모든 위치</translation>
        </message>
        <message>
            <source>My IP</source>
            <translation>내 IP</translation>
        </message>
        <message>
            <source>Custom range</source>
            <translation>사용자 지정 범위</translation>
        </message>
        <message>
            <source>Security group</source>
            <translation>보안 그룹</translation>
        </message>
        <message>
            <source>Source range</source>
            <translation>소스 범위</translation>
        </message>
        <message>
            <source>Source security group</source>
            <translation>소스 보안 그룹</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
        <message>
            <source>Optional</source>
            <translation>선택 사항</translation>
        </message>
        <message>
            <source>Remove rule</source>
            <translation>규칙 제거</translation>
        </message>
        <message>
            <source>All</source>
            <translation>전체</translation>
        </message>
        <message>
            <source>Choose a security group.</source>
            <translation>보안 그룹을 선택하세요.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::SecurityGroupModel</name>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>Security group ID</source>
            <translation>보안 그룹 ID</translation>
        </message>
        <message>
            <source>VPC</source>
            <translation>VPC</translation>
        </message>
        <message>
            <source>Inbound rules</source>
            <translation>인바운드 규칙</translation>
        </message>
        <message>
            <source>Used by</source>
            <translation>사용 클러스터</translation>
        </message>
        <message>
            <source>Description</source>
            <translation>설명</translation>
        </message>
        <message>
            <source>No cluster</source>
            <translation>없음</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::SettingsPage</name>
        <message>
            <source>Settings</source>
            <translation>설정</translation>
        </message>
        <message>
            <source>Appearance</source>
            <translation>화면</translation>
        </message>
        <message>
            <source>As the desktop</source>
            <translation>데스크톱 설정 따름</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>라이트</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>다크</translation>
        </message>
        <message>
            <source>Theme</source>
            <translation>테마</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>언어</translation>
        </message>
        <message>
            <source>Connection</source>
            <translation>연결</translation>
        </message>
        <message>
            <source>Chosen when the console starts: --socket PATH, or --url with --token-file.</source>
            <translation>콘솔을 시작할 때 정합니다: --socket 경로, 또는 --url과 --token-file.</translation>
        </message>
        <message>
            <source>Admin API</source>
            <translation>관리 API</translation>
        </message>
        <message>
            <source>State</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>버전</translation>
        </message>
        <message>
            <source>State folder</source>
            <translation>상태 폴더</translation>
        </message>
        <message>
            <source>TCP listener</source>
            <translation>TCP 리스너</translation>
        </message>
        <message>
            <source>Address range of nodes</source>
            <translation>노드 주소 범위</translation>
        </message>
        <message>
            <source>About</source>
            <translation>정보</translation>
        </message>
        <message>
            <source>Millpond console %1 - a managed cache for machines that you own. Apache License 2.0.</source>
            <translation>Millpond 콘솔 %1 - 내 컴퓨터를 위한 관리형 캐시. Apache License 2.0.</translation>
        </message>
        <message>
            <source>Connected since %1</source>
            <translation>%1부터 연결됨</translation>
        </message>
        <message>
            <source>Connecting</source>
            <translation>연결 중</translation>
        </message>
        <message>
            <source>Lost since %1: %2</source>
            <translation>%1부터 끊김: %2</translation>
        </message>
        <message>
            <source>None</source>
            <translation>없음</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ShortcutsDialog</name>
        <message>
            <source>Keyboard shortcuts</source>
            <translation>키보드 단축키</translation>
        </message>
        <message>
            <source>Command palette: actions, clusters, nodes, security groups</source>
            <translation>명령 팔레트: 작업, 클러스터, 노드, 보안 그룹</translation>
        </message>
        <message>
            <source>Create a cluster, or a security group on that page</source>
            <translation>클러스터 생성, 보안 그룹 페이지에서는 보안 그룹 생성</translation>
        </message>
        <message>
            <source>Filter the table of the page</source>
            <translation>페이지의 표 필터링</translation>
        </message>
        <message>
            <source>Copy the endpoint of the selected cluster</source>
            <translation>선택한 클러스터의 엔드포인트 복사</translation>
        </message>
        <message>
            <source>Read everything again</source>
            <translation>모두 다시 읽기</translation>
        </message>
        <message>
            <source>Del</source>
            <translation>Del</translation>
        </message>
        <message>
            <source>Delete the selected cluster or security group</source>
            <translation>선택한 클러스터나 보안 그룹 삭제</translation>
        </message>
        <message>
            <source>Return</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Open the selected row</source>
            <translation>선택한 행 열기</translation>
        </message>
        <message>
            <source>Alt+Left</source>
            <translation>Alt+왼쪽</translation>
        </message>
        <message>
            <source>Back to the list</source>
            <translation>목록으로 돌아가기</translation>
        </message>
        <message>
            <source>Alt+1 to Alt+9</source>
            <translation>Alt+1 ~ Alt+9</translation>
        </message>
        <message>
            <source>Pages, in the order of the navigation</source>
            <translation>탐색 순서대로 페이지 열기</translation>
        </message>
        <message>
            <source>This list</source>
            <translation>이 목록</translation>
        </message>
        <message>
            <source>Everywhere</source>
            <translation>공통</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>닫기</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::SourceModel</name>
        <message>
            <source>Source address</source>
            <translation>소스 주소</translation>
        </message>
        <message>
            <source>Outcome</source>
            <translation>결과</translation>
        </message>
        <message>
            <source>Accepted</source>
            <translation>허용됨</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>거부됨</translation>
        </message>
        <message>
            <source>Process</source>
            <translation>프로세스</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>이유</translation>
        </message>
        <message>
            <source>Node</source>
            <translation>노드</translation>
        </message>
        <message>
            <source>Last seen</source>
            <translation>마지막 접속</translation>
        </message>
        <message>
            <source>%1 (uid %2)</source>
            <translation>%1 (uid %2)</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::StepList</name>
        <message>
            <source>Pause writes on the primary</source>
            <translation>기본 노드의 쓰기 중단</translation>
        </message>
        <message>
            <source>Let the replica catch up</source>
            <translation>복제본이 따라잡기를 기다림</translation>
        </message>
        <message>
            <source>Promote the replica</source>
            <translation>복제본 승격</translation>
        </message>
        <message>
            <source>Resume writes on the new primary</source>
            <translation>새 기본 노드에서 쓰기 재개</translation>
        </message>
        <message>
            <source>Fence the old primary</source>
            <translation>이전 기본 노드 격리</translation>
        </message>
        <message>
            <source>Choose the replica furthest ahead</source>
            <translation>가장 앞선 복제본 선택</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>단계</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::TagEditor</name>
        <message>
            <source>Add tag</source>
            <translation>태그 추가</translation>
        </message>
        <message>
            <source>Tag key</source>
            <translation>태그 키</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>키</translation>
        </message>
        <message>
            <source>Tag value</source>
            <translation>태그 값</translation>
        </message>
        <message>
            <source>Value (optional)</source>
            <translation>값 (선택 사항)</translation>
        </message>
        <message>
            <source>Remove tag</source>
            <translation>태그 제거</translation>
        </message>
        <message>
            <source>A tag key may not begin with "aws:".</source>
            <translation>태그 키는 "aws:"로 시작할 수 없습니다.</translation>
        </message>
        <message>
            <source>The tag key "%1" is used twice.</source>
            <translation>태그 키 "%1"이(가) 두 번 사용되었습니다.</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::TagsDialog</name>
        <message>
            <source>Tags of %1</source>
            <translation>%1의 태그</translation>
        </message>
        <message>
            <source>Save tags</source>
            <translation>태그 저장</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::TimeChart</name>
        <message>
            <source>Chart over time. Left and right arrow keys move the readout.</source>
            <translation>시간 차트입니다. 왼쪽/오른쪽 화살표 키로 값을 읽을 위치를 옮깁니다.</translation>
        </message>
        <message>
            <source>No data in this range yet</source>
            <translation>이 범위에는 아직 데이터가 없습니다</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::TopBar</name>
        <message>
            <source>Search or jump to...   Ctrl+K</source>
            <translation>검색 또는 이동...   Ctrl+K</translation>
        </message>
        <message>
            <source>Search or jump to a page, cluster, node or action</source>
            <translation>페이지, 클러스터, 노드, 작업 검색 또는 이동</translation>
        </message>
        <message>
            <source>Connection</source>
            <translation>연결</translation>
        </message>
        <message>
            <source>Region</source>
            <translation>리전</translation>
        </message>
        <message>
            <source>Light or dark</source>
            <translation>라이트/다크</translation>
        </message>
        <message>
            <source>Keyboard shortcuts (F1)</source>
            <translation>키보드 단축키 (F1)</translation>
        </message>
        <message>
            <source>Connected</source>
            <translation>연결됨</translation>
        </message>
        <message>
            <source>Connection lost</source>
            <translation>연결 끊김</translation>
        </message>
        <message>
            <source>Connecting</source>
            <translation>연결 중</translation>
        </message>
        <message>
            <source>Connection: %1, %2</source>
            <translation>연결: %1, %2</translation>
        </message>
        <message>
            <source>Region: %1</source>
            <translation>리전: %1</translation>
        </message>
        <message>
            <source>%1 on %2</source>
            <translation>%2의 %1</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::Topology</name>
        <message>
            <source>Topology of %1</source>
            <translation>%1의 토폴로지</translation>
        </message>
        <message>
            <source>%1: %2, %3, zone %4</source>
            <translation>%1: %2, %3, 영역 %4</translation>
        </message>
        <message>
            <source>Primary endpoint</source>
            <translation>기본 엔드포인트</translation>
        </message>
        <message>
            <source>Reader endpoint</source>
            <translation>리더 엔드포인트</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ValueModel</name>
        <message>
            <source>Field</source>
            <translation>필드</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>값</translation>
        </message>
        <message>
            <source>Member</source>
            <translation>멤버</translation>
        </message>
        <message>
            <source>Score</source>
            <translation>점수</translation>
        </message>
        <message>
            <source>Index</source>
            <translation>인덱스</translation>
        </message>
        <message>
            <source>Element</source>
            <translation>요소</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>번호</translation>
        </message>
    </context>
    <context>
        <name>millpond::console::ValueView</name>
        <message>
            <source>Value</source>
            <translation>값</translation>
        </message>
        <message>
            <source>Show as</source>
            <translation>보기 방식</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>텍스트</translation>
        </message>
        <message>
            <source>JSON</source>
            <translation>JSON</translation>
        </message>
        <message>
            <source>Hex</source>
            <translation>16진수</translation>
        </message>
        <message>
            <source>Load more</source>
            <translation>더 보기</translation>
        </message>
        <message>
            <source>Elements</source>
            <translation>요소</translation>
        </message>
        <message>
            <source>Empty</source>
            <translation>비어 있음</translation>
        </message>
        <message>
            <source>Select a key to see its value.</source>
            <translation>키를 선택하면 값이 표시됩니다.</translation>
        </message>
        <message numerus="yes">
            <source>%n element(s)</source>
            <translation>
                <numerusform>요소 %n개</numerusform>
            </translation>
        </message>
        <message>
            <source>%1 of memory</source>
            <translation>메모리 %1</translation>
        </message>
        <message>
            <source>expires in %1</source>
            <translation>%1 후 만료</translation>
        </message>
        <message>
            <source>Not JSON: %1</source>
            <translation>JSON이 아님: %1</translation>
        </message>
        <message>
            <source>(the first %1 of %2)</source>
            <translation>(전체 %2 중 처음 %1)</translation>
        </message>
    </context>
</TS>
