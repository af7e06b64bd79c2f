import type { MessageCode, MessageText } from './messages.en';

/** The Chinese twin of `messages.en.ts`: the same codes, the same placeholders. */
export const messagesZh: Readonly<Record<MessageCode, MessageText>> = {
  // Requests
  'request.malformed': { title: '无法读取请求', detail: '{reason} 请改正后重新发送。' },
  'request.unknown-field': {
    title: '未知的字段或参数',
    detail: '此处没有 {names}。请删除它，或对照 /api/docs 检查拼写。',
  },
  'request.invalid': {
    title: '部分字段不正确',
    detail: '每个字段的问题和要求见 “errors”。没有做任何改动。',
  },
  'request.too-large': {
    title: '请求过大',
    detail: '一个请求最多 {limitBytes} 字节。请分多次发送。',
  },
  'request.not-json': {
    title: '请求体不是有效的 JSON',
    detail: '请求体声明为 JSON，但无法按 JSON 解析。请检查引号、逗号和括号后重新发送。',
  },
  'request.media-type': {
    title: '请求体不是 JSON',
    detail: '请以 JSON 发送请求体，并带上请求头 “Content-Type: application/json”。',
  },
  'request.not-found': {
    title: '这里什么都没有',
    detail: '没有这个地址，或者您无权查看其内容。所有地址见 /api/docs。',
  },
  'request.stale': {
    title: '内容已被他人修改',
    detail: '在您读取之后，有人修改了它。请重新读取，确认改动后再提交您的修改。',
  },
  'request.busy': {
    title: '同时请求过多',
    detail: '此类请求已有太多在等待，因此没有执行任何操作。请在 {waitSeconds} 秒后重试。',
  },
  'request.failed': {
    title: 'Berth 内部出错',
    detail: '这是服务的故障，不是您的请求有误。请重试；如果问题依旧，请把请求编号（requestId）告诉管理员。',
  },
  'field.invalid': { title: '不正确', detail: '{reason}' },
  'field.whole-number': {
    title: '不是范围内的整数',
    detail: '此处必须是 {min} 到 {max} 之间的整数。',
  },
  'field.text': {
    title: '文本长度不符合要求',
    detail: '此处必须是长度为 {min} 到 {max} 个字符的文本。',
  },
  'field.password': {
    title: '缺少密码',
    detail: '缺少密码：请以文本字段 "password" 发送您登录平台所用的密码。',
  },
  'field.flag': {
    title: '不是 true 或 false',
    detail: '此处必须是 true 或 false。',
  },
  'field.time': {
    title: '不是有效的时间',
    detail: '此处必须是带时区的时间，例如 2026-11-21T09:30:00Z。',
  },
  'field.one-of': {
    title: '不在可选值之中',
    detail: '此处必须是以下之一：{choices}。',
  },
  'field.platform': {
    title: '不是有效的平台',
    detail: '此处须填写操作系统和架构，例如 linux/amd64。',
  },
  'field.visible-text': {
    title: '不是普通文本',
    detail: '这里必须是一行不含控制字符的文本。',
  },
  'field.unknown': { title: '未知字段', detail: '此处没有字段 “{name}”。' },

  // Login, tokens, rights
  'auth.login-failed': {
    title: '用户名或密码错误',
    detail: '目录服务不接受此用户名和密码。请检查两者，并确认大写锁定已关闭。',
  },
  'auth.token-missing': {
    title: '您尚未登录',
    detail:
      '请以 “Authorization: Bearer …” 发送访问令牌或服务令牌。个人用户通过 POST /api/v1/auth/login 获取令牌。',
  },
  'auth.token-invalid': {
    title: '令牌已失效',
    detail: '令牌已过期、已被吊销，或不是本服务签发的。请刷新令牌或重新登录。',
  },
  'auth.refresh-invalid': {
    title: '会话无法刷新',
    detail: '刷新令牌已被使用、已过期或已被吊销。请重新登录。',
  },
  'auth.forbidden': {
    title: '您无权执行此操作',
    detail:
      '此操作需要角色 {role}。如果您应当拥有它，请联系平台管理员。平台自己的令牌没有个人角色：请用 X-Berth-Act-For 指明用户。',
  },
  'auth.act-for-forbidden': {
    title: '此处不允许代他人操作',
    detail: '只有平台的服务令牌可以发送 X-Berth-Act-For，只能发送一次，并且只能代表目录中存在且未离职的人。',
  },
  'auth.identity-conflict': {
    title: '此用户名属于另一个人的账户',
    detail: '目录现在把用户名 {username} 给了另一个条目，不是 Berth 所认识的那个。须由管理员决定它归谁所有。',
  },
  'auth.offboarded': {
    title: '您的访问权限已终止',
    detail: '管理员终止了 {username} 的访问权限。您推送的内容会保留。如有误，请联系管理员。',
  },
  'auth.too-many-tries': {
    title: '登录失败次数过多',
    detail:
      '此用户名或此地址的登录失败次数过多，因此没有询问目录服务，也没有校验您的密码。请在 {waitSeconds} 秒后重试。',
  },

  // The directory
  'directory.unavailable': {
    title: '无法连接目录服务',
    detail: '登录需要目录服务（LDAP），而它现在没有响应。您的密码未被验证。请一分钟后重试。',
  },

  // Harbor
  'harbor.unavailable': {
    title: '无法连接镜像仓库',
    detail: 'Harbor 现在没有响应。没有丢失任何内容，请一分钟后重试。',
  },
  'harbor.timeout': {
    title: '镜像仓库响应过慢',
    detail: 'Harbor 没有及时响应。没有丢失任何内容，请一分钟后重试。',
  },
  'harbor.rejected': {
    title: '镜像仓库没有给出可用的回答',
    detail:
      'Harbor 拒绝了 Berth 自己的请求，或者返回的不是 Harbor 的回答。管理员可以用 “npm run doctor” 查找原因。',
  },
  'harbor.read-only': {
    title: '镜像仓库当前为只读',
    detail: 'Harbor 管理员开启了只读模式。拉取不受影响，请在只读模式关闭后重试。',
  },
  'harbor.unauthorized': {
    title: '镜像仓库不接受 Berth 的服务账户',
    detail:
      'Harbor 拒绝了服务账户的凭据。Harbor 的数据库不可用时也会如此。如果持续出现，请管理员运行 “npm run doctor”。',
  },
  'harbor.changed': {
    title: '镜像仓库同时发生了变化',
    detail: '在此操作进行时，Harbor 中的相应对象已被他人删除。请重新查看，如仍需要，请再次执行。',
  },

  'database.unavailable': {
    title: '无法连接 Berth 的数据库',
    detail: '没有做任何改动。请一分钟后重试。',
  },

  // Accounts
  'account.credentials-exist': {
    title: '您已有凭据',
    detail: '密码已于 {issuedAt} 显示过，无法再次显示。如需新密码，请发送 {"reset": true}；旧密码随即失效。',
  },
  'account.too-many-credentials': {
    title: '请求凭据过于频繁',
    detail:
      '您每小时最多可请求 {perHour} 次凭据。请在 {waitSeconds} 秒后重试；自动推送的程序请改用机器人账户。',
  },
  'account.credentials-interrupted': {
    title: '重置在中途停止',
    detail: '镜像仓库没有确认新密码是否生效，旧密码可能已失效。请一分钟后再次重置；镜像和成员不受影响。',
  },
  'service-token.name-taken': {
    title: '已有同名的服务令牌',
    detail: '名为“{name}”的服务令牌已存在。请换一个名称（例如加上日期），并在旧令牌不再使用时将其吊销。',
  },
  'account.busy': {
    title: '您的账户正在处理中',
    detail: '另一个凭据请求正在进行。请等待几秒，然后查看 GET /api/v1/account。',
  },
  'person.offboarded': {
    title: '此人已离开',
    detail: '{username} 的访问权限已终止。请先恢复，或选择其他人。',
  },
  'person.offboarding-notice': {
    title: '稍后才会失效的内容',
    detail:
      '密码、成员资格、个人项目的机器人和外部 webhook 以及此处的会话立即终止。镜像仓库网站自身的会话和此前发出的仓库令牌会在一小时内失效。镜像会保留。',
  },
  'person.no-conflict': {
    title: '没有需要决定的事',
    detail: '目录中没有其他条目使用用户名 {username}，或者不是您所指的那个。请重新读取此人的信息。',
  },
  'person.entry-exists': {
    title: '这是两个条目',
    detail:
      '目录中仍有此处所认识的 {username} 的条目，或者新条目已是另一个人：两者不可能是同一人。请选择 "separate"。',
  },
  'account.never-adopted': {
    title: '镜像仓库的这个用户绝不会被接管',
    detail: '{harborUsername} 管理镜像仓库，或者是 Berth 自己使用的账户。请选择其他用户，或先取消其权限。',
  },
  'account.user-not-found': {
    title: '镜像仓库中没有此用户',
    detail:
      '镜像仓库中没有用户 {harborUsername}。请检查拼写：区分大小写。如果没有要接管的用户，本人直接申请凭据即可。',
  },
  'account.owned': {
    title: '镜像仓库的这个用户属于另一个人',
    detail: '镜像仓库的用户 {harborUsername} 是 {owner} 的账户，不会改变。',
  },
  'account.has-user': {
    title: '此人已有另一个账户',
    detail: '{username} 的账户是镜像仓库的用户 {harborUsername}。每人只有一个账户；请先删除那个用户。',
  },
  'project.owned': {
    title: '此项目已有归属',
    detail: '项目 {project} 已由此处管理，归 {owner} 所有，不会改变。',
  },
  'project.owner-has-one': {
    title: '此人已有个人项目',
    detail:
      '{owner} 的个人项目是 {project}，每人只有一个。请不带所有者地接管此项目，作为共享项目，再把此人加为成员。',
  },
  'image.owner-offboarded': {
    title: '此镜像的所有者已离开',
    detail:
      '镜像位于私有项目 {project} 中，其所有者已离开。镜像会保留，但新任务不再运行它。请联系管理员把它移到共享项目。',
  },
  'lookup.warning.owner-offboarded': {
    title: '此镜像的所有者已离开',
    detail: '镜像位于 {project} 中，其所有者已离开。它仍可运行；请及早另找一个。',
  },
  'account.name-in-use': {
    title: '此名称属于另一个账户',
    detail: '项目 {project} 属于 Berth 中另一个人的账户，可能是以前使用过此用户名的人。请联系管理员决定。',
  },
  'account.name-not-owned': {
    title: '此名称在镜像仓库中已被占用',
    detail:
      'Harbor 中的用户 {harborUsername} 不是 Berth 创建的，因此没有改动它。请联系管理员将该用户改名或删除，或者把它的账户交给您：POST /api/v1/admin/persons/<username>/adopt。',
  },
  'project.name-not-owned': {
    title: '此项目名称在镜像仓库中已被占用',
    detail:
      'Harbor 中的项目 {project} 不是 Berth 创建的，因此没有改动它。请联系管理员将其删除，或者把它交给您：POST /api/v1/admin/projects/{project}/adopt。',
  },
  'project.not-found': {
    title: '没有这个项目',
    detail: '项目不存在，或您无权查看。请检查名称是否有误；GET /api/v1/projects 会列出您的项目。',
  },
  'project.role-too-low': {
    title: '您在该项目中的角色权限不足',
    detail: '您在 {project} 中的角色是 {role}，此操作需要 {needed}。请联系该项目的管理员。',
  },
  'project.replaced': {
    title: '此项目不是 Berth 创建的那个',
    detail: 'Harbor 中的项目 {project} 被人删除后又重新创建。Berth 不会改动它。请联系管理员决定。',
  },
  'project.rule-in-the-way': {
    title: '另有规则保护此标签',
    detail:
      '项目 {project} 中有一条不是 Berth 创建的标签不可变规则，它也保护此标签。Berth 不改动他人的规则。请在 Harbor 中（项目 → 策略 → 不可变的标签）删除或停用它，然后重试。',
  },
  'project.busy': {
    title: '项目正在修改中',
    detail: '此项目的另一项修改正在进行。请等待几秒，查看项目后再重复您的修改。',
  },
  'project.exists': {
    title: '项目名称已被占用',
    detail: '已有项目 {project}。请换一个名称。',
  },
  'project.name': {
    title: '不是有效的项目名称',
    detail: '项目名称为 1 到 255 个小写字母和数字，中间可用单个 . _ 或 - 分隔，例如 team-vision。',
  },
  'project.name-reserved': {
    title: '此项目名称为保留名称',
    detail: '以 {prefix} 开头的名称属于个人项目，还有一些名称属于 Harbor 自身。请换一个名称。',
  },
  'project.making-forbidden': {
    title: '此处只有管理员可以创建项目',
    detail: '共享项目由平台管理员创建。请联系他们；您的个人项目本来就属于您。',
  },
  'project.quota-too-large': {
    title: '此配额须由管理员设置',
    detail:
      '您可以创建最大 {limitBytes} 字节的项目。请先按此创建，再通过 POST /api/v1/projects/{project}/quota-requests 申请更多空间。',
  },
  'project.quota-by-admins': {
    title: '配额由管理员修改',
    detail: '请通过 POST /api/v1/projects/{project}/quota-requests 申请更多空间，由管理员决定。',
  },
  'project.quota-not-more': {
    title: '并不比现有配额多',
    detail: '此项目现在就可以存放 {limitBytes} 字节。请填写项目应有的总大小，而不是增加的部分。',
  },
  'project.no-quota': {
    title: 'Harbor 在此没有配额',
    detail: 'Harbor 中 {project} 没有配额：那里关闭了配额功能。没有做任何改动。',
  },
  'project.personal': {
    title: '个人项目不能这样做',
    detail: '{project} 是某人的个人项目：它始终为私有，并随账户一直保留。',
  },
  'project.not-empty': {
    title: '项目不是空的',
    detail: '{project} 中还有 {count} 个镜像仓库（{repositories}）。请先删除它们；没有删除任何内容。',
  },
  'sweep.alarm': {
    title: '一次变化过多',
    detail:
      '{project} 的 {tags} 个标签中，自上次检查以来有 {vanished} 个消失、{moved} 个被移动，均未记录：Harbor 可能从备份恢复过，或 Berth 的服务账号失去了权限。请先查看 Harbor。如果现状正确，请以 project 与 "force": true 调用 POST /admin/sweeps；如果不正确，恢复之后警报会自行结束。',
  },
  'project.gone': {
    title: '镜像仓库中已没有此项目',
    detail:
      '有人在 Harbor 中删除了 {project}。个人项目会在下次获取凭据时重新创建；共享项目可以在此删除后重新创建。',
  },
  'project.unfinished': {
    title: '项目尚未创建',
    detail:
      '{project} 的创建尚未开始，或中途停止。个人项目由 POST /api/v1/account/credentials 继续，共享项目由 POST /api/v1/projects 继续。',
  },
  'project.owner-fixed': {
    title: '所有者始终是自己项目的管理员',
    detail: '{project} 是 {username} 的个人项目，不能将其移除或降低其角色。',
  },
  'project.last-admin': {
    title: '项目必须保留一名管理员',
    detail: '{username} 是 {project} 的最后一名管理员。请先指定另一名管理员。',
  },
  'project.member-not-found': {
    title: '不是该项目的成员',
    detail: '{username} 不是 {project} 的成员。GET /api/v1/projects/{project}/members 会列出其成员。',
  },
  'robot.not-found': {
    title: '没有这个机器人账户',
    detail: '{project} 中没有此 id 的机器人账户。GET /api/v1/projects/{project}/robots 会列出现有的。',
  },
  'robot.name': {
    title: '不能用作机器人账户的名称',
    detail: '必须是 1 至 {max} 个小写字母和数字，中间可有单个 . _ 或 -，例如 ci。',
  },
  'robot.end': {
    title: '不能作为机器人账户的到期时间',
    detail: '必须是将来的时间，最多 {maxDays} 天之后。',
  },
  'robot.exists': {
    title: '项目中已有同名的机器人账户',
    detail: '{project} 中已有机器人账户 {name}。请轮换它以获得新密钥，或先将其删除。',
  },
  'robot.name-taken': {
    title: '该名称属于他人的机器人账户',
    detail:
      'Harbor 的 {project} 中有一个并非由 Berth 创建的机器人账户 {name}，Berth 不会改动它。请换一个名称，或在 Harbor 中将其删除。',
  },
  'robot.ending': {
    title: '该机器人账户已被替换',
    detail: '{name} 已被轮换或删除，会自行失效。请轮换同名的新机器人账户。',
  },
  'person.not-found': {
    title: '没有这个人',
    detail: 'Berth 和目录服务都不认识 {username}。请检查名称，它应是登录时使用的用户名。',
  },
  'project.problem.unfinished': {
    title: '项目尚未创建完成',
    detail: '创建过程中断。以相同名称发送 POST /api/v1/projects 会继续创建。',
  },
  'project.problem.gone': {
    title: '镜像仓库中已没有此项目',
    detail: '有人在 Harbor 中删除了它及其全部内容。',
  },
  'project.problem.replaced': {
    title: '此项目不是 Berth 创建的那个',
    detail: '有人在 Harbor 中删除了它，又创建了同名的另一个项目。请联系管理员决定。',
  },
  'project.problem.visibility-changed': {
    title: '可见性在 Harbor 中被修改',
    detail: '项目应为 {wanted}，但实际不是。请用 PATCH 设置应有的可见性。',
  },
  'project.problem.tag-rule-off': {
    title: '标签规则已关闭',
    detail: '有人在 Harbor 中关闭了该规则，因此那里除 latest 以外的标签也可以移动。',
  },
  'project.problem.tag-rule-changed': {
    title: '标签规则被修改',
    detail: '有人在 Harbor 中修改了该规则，因此那里除 latest 以外的某些标签也可以移动。',
  },
  'project.problem.quota-changed': {
    title: '配额在 Harbor 中被修改',
    detail: '项目应有 {wantedBytes} 字节的配额，但实际不同。请管理员重新设置。',
  },
  'project.problem.quota-full': {
    title: '项目空间已满',
    detail:
      '已用 {usedBytes} 字节，上限 {limitBytes} 字节；下一次推送会被拒绝。请删除不需要的内容，或提交配额申请。',
  },
  'project.problem.member-missing': {
    title: 'Harbor 中的成员关系不一致',
    detail: '有 {count} 名成员在 Harbor 中缺失，或角色与 Berth 设置的不同。请重新设置他们的角色。',
  },
  'project.problem.tag-rule-missing': {
    title: '标签规则已被删除',
    detail:
      '有人在 Harbor 中删除了该规则，因此那里除 latest 以外的标签也可以移动。除非配置另有规定，Berth 会重新创建它。',
  },
  'project.problem.webhook-missing': {
    title: 'Webhook 已被删除',
    detail:
      '有人在 Harbor 中删除了 Berth 的 Webhook，因此 Berth 会较晚得知推送。除非配置另有规定，Berth 会重新创建它。',
  },
  'project.problem.webhook-off': {
    title: 'Webhook 已关闭',
    detail:
      '有人在 Harbor 中关闭了 Berth 的 Webhook，因此 Berth 会较晚得知推送。除非配置另有规定，Berth 会重新创建它。',
  },
  'project.problem.webhook-changed': {
    title: 'Webhook 被修改',
    detail:
      'Harbor 中 Berth 的 Webhook 的地址、事件或 Authorization 与应有的不同，因此 Berth 可能较晚得知推送。除非配置另有规定，Berth 会重新创建它。',
  },
  'project.problem.membership-missing': {
    title: 'Harbor 中缺少一名成员',
    detail:
      '{username} 应为 {wanted}，但在 Harbor 中不是成员。除非配置另有规定，Berth 会重新添加；否则请重新设置其角色。',
  },
  'project.problem.membership-changed': {
    title: '角色在 Harbor 中被修改',
    detail:
      '{username} 应为 {wanted}，但在 Harbor 中是 {role}。除非配置另有规定，Berth 会改回；如需保留，请通过 Berth 设置该角色。',
  },
  'project.problem.membership-left': {
    title: '成员仍未移除',
    detail:
      '{username} 已在 Berth 中移除，但仍是 Harbor 中的成员。除非配置另有规定，Berth 会完成移除；否则请再次移除。',
  },
  'project.problem.foreign-admin': {
    title: '有 Berth 不认识的项目管理员',
    detail:
      '{name} 在 Harbor 中被设为项目管理员，可以更改项目中的一切。Berth 不会改动：请在 Harbor 中将其移除，或通过 Berth 将其设为成员。',
  },
  'project.problem.user-gone': {
    title: 'Harbor 用户已被删除',
    detail:
      '{username} 的 Harbor 用户在那里被删除，成员关系也随之消失。重新获取凭据（向 POST /api/v1/account/credentials 发送 {"reset": true}）会重新创建该用户。',
  },
  'project.problem.user-replaced': {
    title: 'Harbor 用户不是 Berth 创建的那个',
    detail: '{username} 的 Harbor 用户被人删除后又重新创建。Berth 不会改动它。请联系管理员决定。',
  },
  'project.problem.robot-expiring': {
    title: '机器人账户即将到期',
    detail:
      '机器人账户 {name} 将于 {expiresAt} 到期，届时使用它的程序将无法登录。请轮换它并保存新密钥：POST /api/v1/projects/{project}/robots/{id}/rotate。',
  },
  'project.warning.quota-below-use': {
    title: '配额小于已用空间',
    detail:
      '项目已有 {usedBytes} 字节，现在的上限是 {limitBytes} 字节。不会删除任何内容，但在腾出空间之前，所有推送都会被拒绝。',
  },
  'quota-request.not-found': {
    title: '没有这个配额申请',
    detail: '申请不存在，或您无权查看。GET /api/v1/projects/{project}/quota-requests 会列出该项目的申请。',
  },
  'quota-request.open': {
    title: '已有一个待处理的申请',
    detail: '该项目已申请 {quotaBytes} 字节，尚无人处理。同一时间只能有一个待处理的申请。',
  },
  'quota-request.decided': {
    title: '申请已处理',
    detail: '该申请的结果是 {state}。如需现在修改配额，请由管理员设置。',
  },
  'account.replaced': {
    title: '此 Harbor 用户不是 Berth 创建的那个',
    detail: 'Harbor 中的用户 {harborUsername} 被人删除后又重新创建。Berth 不会改动它。请联系管理员决定。',
  },
  'account.problem.registry-unreachable': {
    title: '无法连接镜像仓库',
    detail: 'Harbor 现在没有响应，因此无法得知配额。请一分钟后重试。',
  },
  'account.problem.unfinished': {
    title: '您的账户尚未创建完成',
    detail: '创建过程中断。POST /api/v1/account/credentials 会从中断处继续，或说明受阻的原因。',
  },
  'account.problem.credentials-unknown': {
    title: '无法确定哪个密码有效',
    detail: '重置过程中断。请向 POST /api/v1/account/credentials 发送 {"reset": true} 以获得新密码。',
  },
  'account.note.use-robots': {
    title: '流水线请使用机器人账户',
    detail:
      '此密码仅供您本人使用。CI 任务或集群请使用项目的机器人账户：POST /api/v1/projects/{project}/robots。',
  },
  'account.note.old-password': {
    title: '旧密码会锁住您的账户',
    detail:
      '仍在使用旧密码的 CI 任务或机器，每次尝试都会将您的账户锁定几秒，新密码也无法登录。请在那里更换密码或退出登录。',
  },

  // Commands to paste
  'commands.login': {
    title: '登录',
    detail:
      '会询问您在镜像仓库的账户密码，它不是平台的登录密码。可通过 POST /api/v1/account/credentials 获取。',
  },
  'commands.tag': { title: '为镜像加上完整链接', detail: 'demo:v1 代表您自己的镜像和标签。' },
  'commands.push': { title: '推送', detail: '标签始终指向首次推送的内容；只有 “latest” 可以重复推送。' },
  'commands.pull': { title: '拉取', detail: 'demo 代表您要拉取的内容。' },
  'commands.package': { title: '打包 chart', detail: 'demo 代表您的 chart 所在的目录。' },
  'commands.key-pair': {
    title: '生成密钥对（仅一次）',
    detail: '请妥善保管 cosign.key；验证签名的人需要 cosign.pub。',
  },
  'commands.sign': { title: '签名', detail: '请先推送镜像。签名可以重复写入，即使标签不可移动。' },
  'commands.verify': { title: '验证签名', detail: '除非镜像是用此密钥签名的，否则会失败。' },
  'commands.robot-variables': {
    title: '输入机器人账户的名称和密钥',
    detail:
      '请用 POST /api/v1/projects/{project}/robots 创建一个只拉取的机器人账户：您自己的密码会在下次重置时失效。第二行输入时不显示内容。',
  },
  'commands.pull-secret': {
    title: '创建拉取密钥',
    detail: '创建在 kubectl 当前使用的命名空间中；密钥内容不会出现在任何进程的参数里。',
  },
  'commands.use-pull-secret': {
    title: '让 Pod 使用它',
    detail: '将其添加到该命名空间的服务账户 “default”；也可以在 Pod 的 imagePullSecrets 中写明。',
  },
  'commands.gitlab-variables': {
    title: '将机器人账户的名称和密钥保存为变量',
    detail:
      '请用 POST /api/v1/projects/{project}/robots 创建机器人账户。在 Settings、CI/CD、Variables 中：HARBOR_USERNAME 含有 $，请关闭 “Expand variable reference”；HARBOR_PASSWORD 请设为 masked 和 protected。',
  },
  'commands.github-variables': {
    title: '将机器人账户的名称和密钥保存为 secrets',
    detail:
      '请用 POST /api/v1/projects/{project}/robots 创建机器人账户。在 Settings、Secrets and variables、Actions 中将两者都保存为仓库的 secret，日志会将其隐藏。',
  },
  'commands.pipeline': {
    title: '流水线',
    detail: '标签不可移动，因此每次运行使用各自的标签。demo 代表您的镜像；运行环境需要 docker。',
  },

  // Diagnose
  'diagnose.no-account': {
    title: '您在镜像仓库中还没有账户',
    detail:
      'POST /api/v1/account/credentials 会创建您的账户和项目 {project}，并显示一次密码。然后以 {username} 登录。',
  },
  'diagnose.no-password': {
    title: '您还没有镜像仓库的密码',
    detail: '平台的密码在那里无效。POST /api/v1/account/credentials 会显示一个密码。',
  },
  'diagnose.password-issued': {
    title: '有效的密码是 {issuedAt} 显示的那个',
    detail:
      '请用它以 {username} 登录；更早的密码已失效，平台的密码在那里也无效。如果已遗失，请向 POST /api/v1/account/credentials 发送 {"reset": true} 获取新密码。',
  },
  'diagnose.password-lock': {
    title: '输错密码会将您的账户锁定 1.5 秒',
    detail:
      '在此期间正确的密码也会被拒绝。请稍候再试一次。如果一直如此，说明有其他程序在反复使用旧密码，例如 CI 任务或另一台机器：请在那里退出登录，CI 请使用项目的机器人账户。',
  },
  'diagnose.address-scheme': {
    title: '镜像仓库的地址不含 {scheme}',
    detail: '请用不带前缀的地址登录：docker login {address}。',
  },
  'diagnose.address-port': {
    title: '端口不是镜像仓库的端口',
    detail: '您给出的是 {given}；镜像仓库的地址是 {address}。登录、打标签和推送都请使用完全相同的地址。',
  },
  'diagnose.address-other': {
    title: '这是另一台服务器的地址',
    detail: '镜像仓库的地址是 {address}：docker login {address}。',
  },
  'diagnose.push-by-digest': {
    title: '不能推送摘要',
    detail: '摘要由内容决定。请推送一个标签，例如 {example}；客户端会显示其摘要。',
  },
  'diagnose.registry-down': {
    title: '镜像仓库现在没有响应',
    detail: '您的客户端遇到的也是同样的情况。无法检查项目、角色、配额和标签。请一分钟后重试。',
  },
  'diagnose.not-checked': {
    title: 'Berth 无法询问镜像仓库',
    detail:
      '镜像仓库没有给 Berth 可用的回答，因此没有检查项目、角色、配额和标签。如果一直如此，请告诉管理员。',
  },
  'diagnose.project-absent': {
    title: '没有您可见的项目 {project}',
    detail:
      '推送不会创建项目。请检查名称是否有误；您自己的项目是 {own}。如果是他人的项目，请让其管理员将您添加为成员。',
  },
  'diagnose.pull-project-absent': {
    title: '没有您可见的项目 {project}',
    detail:
      '请检查名称是否拼写有误；您自己的项目是 {own}。要从他人的私有项目拉取，请项目管理员把您加为成员：只是共享给您的镜像可以在您的任务中运行，但您自己的客户端无法拉取。',
  },
  'diagnose.public-project': { title: '项目 {project} 是公开的', detail: '从中拉取无需登录；推送则需要。' },
  'diagnose.quota-full': {
    title: '项目 {project} 已满：{used} / {limit}',
    detail: '请删除不需要的镜像，或通过 POST /api/v1/projects/{project}/quota-requests 申请更多配额。',
  },
  'diagnose.quota-nearly-full': {
    title: '项目 {project} 即将满：{used} / {limit}',
    detail:
      '还剩 {left}：更大的镜像会在推送末尾被拒绝。请删除不需要的镜像，或通过 POST /api/v1/projects/{project}/quota-requests 申请更多配额。',
  },
  'diagnose.tag-exists': {
    title: '标签 {tag} 已存在，且不可移动',
    detail: '镜像仓库会拒绝推送，即使内容相同。请推送一个新标签，或使用 latest。',
  },
  'diagnose.tag-would-move': {
    title: '标签 {tag} 已存在，推送会移动它',
    detail:
      '只有 “latest” 可以移动。镜像仓库现在没有保护此标签，但任务仍会得到它最初的镜像。请推送一个新标签，或使用 latest。',
  },
  'diagnose.repository-absent': {
    title: '{project} 中没有仓库 {repository}',
    detail: '此名称下没有推送过任何内容。请检查是否有误，或先推送。',
  },
  'diagnose.repositories-like-it': { title: '此项目中有：{names}', detail: '也许您要的是其中之一。' },
  'diagnose.tag-absent': {
    title: '{repository} 中没有标签 {tag}',
    detail: '请检查是否有误；区分大小写。不给标签时，客户端会请求 latest。',
  },
  'diagnose.digest-absent': {
    title: '{repository} 中没有此摘要的镜像',
    detail: '它已被删除，或在另一个仓库中。请改为拉取标签。',
  },
  'diagnose.tags-like-it': { title: '现有标签：{names}', detail: '也许您要的是其中之一。' },
  'diagnose.platforms': {
    title: '该镜像支持 {platforms}',
    detail: '请在这样的机器上拉取，或为您的机器构建：docker buildx build --platform。',
  },
  'client.tag-immutable': {
    title: '镜像仓库表示该标签已存在且不可移动',
    detail: '即使内容相同也是如此。请推送一个新标签，或使用 latest。',
  },
  'client.policy': {
    title: '项目的策略禁止拉取此镜像',
    detail: '它的漏洞过于严重、尚未扫描，或没有签名。请用新标签推送修复后的镜像，或询问项目管理员。',
  },
  'client.quota-exceeded': {
    title: '镜像仓库表示项目已满',
    detail: '请删除不需要的镜像，或通过 POST /api/v1/projects/{project}/quota-requests 申请更多配额。',
  },
  'client.read-only': {
    title: '镜像仓库当时处于只读状态',
    detail: 'Harbor 管理员启用了只读模式。拉取正常；只读模式关闭后请重新推送。',
  },
  'client.too-large': {
    title: '代理拒绝这么大的层',
    detail:
      '不是镜像仓库的限制：途中的代理限制了单次上传的大小（413）。请将此消息转给管理员（nginx 中设置 client_max_body_size 0）。在此之前，可将该层拆成多条 RUN。',
  },
  'client.plain-http': {
    title: '客户端使用 HTTPS，服务器使用 HTTP',
    detail:
      '请检查地址和端口：镜像仓库的地址是 {address}。如果它确实没有 HTTPS，需要告知客户端：docker 在 daemon.json 中设置 “insecure-registries”，podman 和 skopeo 用 --tls-verify=false，helm 用 --plain-http。',
  },
  'client.https-expected': {
    title: '客户端使用 HTTP，服务器使用 HTTPS',
    detail: '请将 {address} 从客户端的 insecure registries 中移除，并去掉 --plain-http；请检查端口。',
  },
  'client.certificate-authority': {
    title: '客户端不认识镜像仓库证书的签发机构',
    detail:
      '请向管理员索取签发机构的证书。docker 放在 /etc/docker/certs.d/{address}/ca.crt，podman 和 skopeo 放在 /etc/containers/certs.d，containerd 和 helm 放入系统证书。然后重试。',
  },
  'client.certificate-name': {
    title: '证书对应的是另一个名称',
    detail: '请使用镜像仓库的确切地址 {address}，不要用 IP 地址或其他名称。如果已经如此，请告诉管理员。',
  },
  'client.certificate-time': {
    title: '证书已过期，或时钟有误',
    detail: '请检查机器的日期和时间；如果正确，请告诉管理员镜像仓库的证书已到期。',
  },
  'client.proxy': {
    title: '客户端与镜像仓库之间有代理',
    detail:
      '请让镜像仓库不经过代理：将 {address}（不含端口）加入客户端的 NO_PROXY；对 docker 而言是其守护进程的。',
  },
  'client.host-unknown': {
    title: '本机找不到镜像仓库的名称',
    detail:
      '请检查地址是否有误：应为 {address}。如果无误，说明本机的 DNS 不认识它：请连接 VPN，或询问管理员。',
  },
  'client.connection-refused': {
    title: '该地址和端口没有服务',
    detail:
      '请检查两者：镜像仓库的地址是 {address}。如果无误，说明它已停止或中间有防火墙；请重试，仍不行则告诉管理员。',
  },
  'client.timeout': {
    title: '未能及时连接到镜像仓库',
    detail: '请检查本机能否访问 {address}（网络、VPN、防火墙、代理），然后重试。',
  },
  'client.rate-limited': {
    title: 'Docker Hub 限制拉取次数',
    detail:
      '那不是我们的镜像仓库。请等待，或登录 Docker Hub；更好的办法是将基础镜像保存在 {project} 中并以它构建。',
  },
  'client.docker-hub': {
    title: '客户端连接的是 Docker Hub，不是我们的镜像仓库',
    detail:
      '链接前面没有镜像仓库地址时，表示 Docker Hub。请先为镜像加上完整链接：docker tag demo:v1 {address}/{project}/demo:v1，然后推送它。',
  },
  'client.platform': {
    title: '该镜像不是为本机构建的',
    detail:
      '它没有适合此处理器（例如 arm64）的版本。请构建：docker buildx build --platform linux/amd64,linux/arm64；或在可以运行它的机器上用 --platform 拉取。',
  },
  'client.upper-case': { title: '链接中有大写字母', detail: '项目和仓库必须是小写；只有标签可以有大写。' },
  'client.invalid-reference': {
    title: '客户端无法读取链接',
    detail:
      '完整的链接形如 {address}/{project}/demo:v1：没有 https://，没有空格，没有空的部分。在脚本中，请检查是否有变量为空。',
  },
  'client.image-not-local': {
    title: '本机没有此镜像',
    detail:
      '请先为它加上完整链接：docker tag demo:v1 {address}/{project}/demo:v1。docker images 会列出现有镜像。在 CI 中，请在同一个任务中构建和推送。',
  },
  'client.no-engine': {
    title: '容器引擎没有运行，或您无权使用',
    detail: '请启动 docker，或将自己加入 “docker” 组后重新登录系统。没有询问镜像仓库。',
  },
  'client.no-terminal': {
    title: '客户端在此处无法询问密码',
    detail:
      '没有终端。请通过标准输入传入：printf \'%s\' "$HARBOR_PASSWORD" | docker login {address} --username {username} --password-stdin。在 CI 中请使用项目的机器人账户。',
  },
  'client.credential-helper': {
    title: '客户端无法使用其密码存储',
    detail:
      'docker 的 config.json 指定的助手（“credsStore”）没有安装或没有解锁。请安装或解锁它，或删除该行后重新登录。',
  },
  'client.disk-full': {
    title: '磁盘已满',
    detail:
      '指拉取或构建的机器。请在那里清理空间：docker system prune。如果是镜像仓库自身的磁盘，请告诉管理员。',
  },
  'client.upload-lost': {
    title: '镜像仓库在途中丢失了上传内容',
    detail:
      '请重新推送。如果一直如此，请告诉管理员：可能是多个实例没有共用存储，或代理将 https 改成了 http。',
  },
  'client.pull-secret-absent': {
    title: 'Pod 指定的拉取密钥不存在',
    detail:
      '密钥只属于一个命名空间：请在 Pod 所在的命名空间中创建。命令见 GET /api/v1/projects/{project}/commands?client=kubectl。',
  },
  'client.project-unknown': {
    title: '镜像仓库没有这个项目',
    detail: '请检查名称是否有误；您自己的项目是 {project}。推送不会创建项目。',
  },
  'client.repository-unknown': {
    title: '镜像仓库没有这个仓库',
    detail: '此名称下没有推送过任何内容，或您无权查看。请检查链接是否有误：{address}/项目/仓库:标签。',
  },
  'client.manifest-unknown': {
    title: '镜像仓库没有这个标签或摘要',
    detail: '请检查是否有误；区分大小写。带上链接再次询问，会告诉您现有哪些标签。',
  },
  'client.not-logged-in': {
    title: '客户端没有登录',
    detail:
      '请以 {username} 登录到 {address}（地址须完全一致）。sudo 或另一个终端需要另外登录；CI 也是，请使用项目的机器人账户。',
  },
  'client.no-permission': {
    title: '登录正确，但无权在那里执行此操作',
    detail:
      '请检查链接中是谁的项目，以及客户端以谁的身份登录：您是 {username}。推送需要 developer 角色；机器人账户需要推送权限。',
  },
  'client.unauthorized': {
    title: '镜像仓库没有接受登录',
    detail:
      '密码错误、没有登录或项目不存在，它的回答都一样。请以 {username} 用镜像仓库的密码（不是平台的密码）登录 {address}。',
  },
  'client.denied': {
    title: '镜像仓库拒绝访问',
    detail:
      '客户端没有在那里登录、您的角色权限不足，或项目不存在。请检查链接是否以 {address} 开头，然后以 {username} 登录。',
  },
  'client.pull-secret': {
    title: '集群无权拉取',
    detail:
      '您自己的登录对集群无效。请创建只拉取的机器人账户，并在 Pod 的命名空间中创建拉取密钥：命令见 GET /api/v1/projects/{project}/commands?client=kubectl。机器人账户的名称含有 $：请加引号。',
  },
  'client.push-restarts': {
    title: '推送到末尾后又重新开始',
    detail:
      '途中的代理因时间或大小切断了大的层。请在更快的网络上重新推送，或使用更小的层；请让它运行到最后一次重试，并发送那条消息。管理员可调高代理的超时时间并关闭缓冲。',
  },
  'client.server-error': {
    title: '镜像仓库或其前面的代理出错',
    detail: '不是您的问题。请一分钟后重试；如果一直如此，请将此消息和时间告诉管理员。',
  },
  'client.connection-broken': {
    title: '连接被切断',
    detail:
      '请检查地址是否为 {address}，然后重试。如果一直如此，说明中间的代理或防火墙切断了连接：请告诉管理员。',
  },
  'client.kubernetes-pull': {
    title: '集群只表示拉取失败',
    detail: 'kubectl describe pod 会在 “Failed to pull image” 一行中显示原因。请将该行连同链接发送到这里。',
  },
  'client.unrecognised': {
    title: 'Berth 不认识这条消息',
    detail: '这里是不依赖它也能检查的内容。请发送客户端最后几行输出的文本，或交给管理员。',
  },

  // Links
  'link.too-long': { title: '链接过长', detail: '链接最多 {max} 个字符。' },
  'link.empty': { title: '链接为空', detail: '请填写完整链接，例如 {example}。' },
  'link.scheme': {
    title: '链接中不能有 https://',
    detail: '请去掉 “{scheme}”，完整链接形如 {example}。',
  },
  'link.command': {
    title: '这是一条命令，而不仅是链接',
    detail: '请只粘贴链接：{link}',
  },
  'link.characters': {
    title: '链接中有不允许的字符',
    detail: '第 {position} 个字符 {character} 不能出现在镜像链接中。完整链接形如 {example}。',
  },
  'link.host-missing': {
    title: '链接中没有镜像仓库地址',
    detail: '完整链接以我们的镜像仓库地址开头：{example}。',
  },
  'link.host-other': {
    title: '链接属于其他镜像仓库',
    detail: '这里只能使用 {address} 中的镜像。请先把镜像推送到那里：先 docker tag，再 docker push。',
  },
  'link.repository-missing': {
    title: '链接中没有镜像名称',
    detail: '完整链接的格式是 仓库地址/项目/镜像名称:标签，例如 {example}。',
  },
  'link.upper-case': {
    title: '项目和镜像名称须为小写',
    detail: '“{part}” 含有大写字母；镜像仓库在此处只接受小写。标签可以有大写字母。',
  },
  'link.path': {
    title: '项目或镜像名称不正确',
    detail: '“{part}” 不是有效的名称：只能用小写字母和数字，中间可用单个 . _ 或 -（或 __）分隔。',
  },
  'link.path-too-long': {
    title: '项目和镜像名称过长',
    detail: '两者合计最多 {max} 个字符。',
  },
  'link.tag': {
    title: '标签不正确',
    detail: '“{tag}” 不是有效的标签：最多 128 个字母、数字、_ . 或 -，并以字母、数字或 _ 开头。',
  },
  'link.digest': {
    title: '摘要（digest）不正确',
    detail: '摘要由 sha256: 和 64 个 0-9、a-f 的字符组成。',
  },
  'link.tag-or-digest-missing': {
    title: '链接中没有标签',
    detail: '请指明是哪个标签：{example}。',
  },
  'link.hold-tag': {
    title: '此标签属于 Berth',
    detail: '{tag} 仅用于使镜像不被回收，之后会被移除。请按摘要或其他标签导入该镜像。',
  },
  'link.signature-tag': {
    title: '这是签名，不是镜像',
    detail: '标签 {tag} 保存的是某个镜像的签名或证明。请使用镜像本身的标签。',
  },

  // Images
  'image.not-found': {
    title: '没有这个镜像',
    detail: '它不存在，或者您无权查看。如果您刚刚推送过，请检查项目、镜像名称和标签是否拼写正确。',
  },
  'image.already-imported': {
    title: '您已导入过这个镜像',
    detail: '{link} 已在您的镜像目录中，编号为 {imageId}。请在那里修改描述或任务类型。',
  },
  'image.task-type-unknown': {
    title: '没有这个任务类型',
    detail: '“{taskType}” 不在可选范围内：{taskTypes}。',
  },
  'image.digest-mismatch': {
    title: '标签与摘要不一致',
    detail: '标签 {tag} 现在的摘要是 {actual}，而不是 {given}。请去掉其中一个，或加以改正。',
  },
  'image.tag-moved': {
    title: '标签被移动过',
    detail:
      '{tag} 最初的摘要是 {recordedDigest}，现在是 {currentDigest}。只有 “latest” 可以移动：请用新标签推送新镜像，再导入该标签。',
  },
  'tag.not-found': {
    title: '没有此标签',
    detail: '{repository} 中没有标签 {tag}。',
  },
  'tag.signature': {
    title: '此标签属于一个镜像',
    detail: '{tag} 保存 cosign 为某个镜像生成的内容。它随镜像一起删除：请删除该镜像。',
  },
  'tag.hold': {
    title: 'Berth 用此标签保留镜像',
    detail:
      '{tag} 使一个镜像不被 Harbor 的垃圾回收清除：不可移动的标签被移走了，或者有作业正在使用它。情况结束后 Berth 会自动移除此标签。',
  },
  'repository.not-found': {
    title: '没有这个镜像库',
    detail:
      '{project}/{repository} 中没有推送过任何内容。GET /api/v1/projects/{project}/repositories 可列出已有的。',
  },
  'image.tag-not-found': {
    title: '没有这个标签',
    detail: '{repository} 中没有标签 {tag}。最相近的标签：{tags}。',
  },
  'image.unsigned': {
    title: '项目策略禁止拉取这个镜像',
    detail: '{project} 只允许拉取经 {signature} 签名的镜像。请先签名，再导入。',
  },
  'image.absent-quota': {
    title: '没有这个标签；也许是项目空间不足',
    detail:
      '{repository} 没有标签 {tag}。镜像仓库不说明原因：它可能从未推送过，或用了别的名称。不过项目 {project} 的配额已使用 {usedPercent}%，推送也可能因此被拒绝（客户端当时会有提示）。若是如此，请清理空间或申请更多配额，然后重新推送。最相近的标签：{tags}。',
  },
  'image.absent-read-only': {
    title: '没有这个标签，而且镜像仓库处于只读模式',
    detail:
      '{repository} 没有标签 {tag}。Harbor 管理员已开启只读模式：如果是在那之后推送的，推送已被拒绝。请在关闭后重新推送。最相近的标签：{tags}。',
  },
  'image.vulnerable': {
    title: '项目的策略不允许任何人拉取此镜像',
    detail:
      '项目 {project} 拒绝拉取未经扫描、或含有严重程度为 {severity} 及以上漏洞的镜像。请在镜像仓库中扫描它，修复后用新的标签推送，或请项目管理员豁免这些漏洞。',
  },
  'image.platform-vulnerable': {
    title: '项目的策略不允许此处的任务拉取此镜像',
    detail:
      '项目 {project} 拒绝拉取未经扫描、或含有严重程度为 {severity} 及以上漏洞的镜像。本平台节点运行的 {platform} 镜像正是如此，同一标签的其他架构可能没有问题。请修复后用新的标签推送，或请项目管理员豁免这些漏洞。',
  },
  'image.batch': {
    title: '镜像列表不正确',
    detail: '这里必须是 1 到 {max} 个镜像的列表，每个与 POST /api/v1/images 的内容相同。',
  },
  'image.ids': {
    title: '不是镜像列表',
    detail: 'ids 是包含 1 到 {max} 个镜像 id 的列表。',
  },
  'image.label': {
    title: '标记（labels）不正确',
    detail: '最多 {max} 个互不相同的标记，每个 1 到 {length} 个字符。',
  },
  'image.not-owner': {
    title: '这是别人的镜像',
    detail: '您能看到此镜像，但只有导入它的人可以修改或共享它。您可以自己导入一份。',
  },
  'image.public-by-admins': {
    title: '只有管理员可以把镜像设为公开',
    detail: '请联系管理员将其设为公开，或者共享给个人和用户组。',
  },
  'image.warning.jobs-only': {
    title: '任务可以运行它，但您自己的 docker 无法拉取',
    detail:
      '该镜像位于私有项目 {project}，而您不是该项目的成员。任务会使用单独的访问权限；如需 docker pull，请申请成为项目成员。',
  },
  'image.warning.no-right': {
    title: '您已不能再运行该镜像',
    detail:
      '该镜像位于私有项目 {project}，您以及向您展示它的人都已无权从中拉取。您的条目会保留，但不再显示该标签的变化。请申请加入该项目，或将该条目从目录中移除。',
  },
  'image.warning.right-unknown': {
    title: '正在确认您能否运行此镜像',
    detail:
      '镜像位于私有项目 {project} 中。正在向镜像仓库确认您或向您共享它的人能否从中拉取；在得到答复之前，不显示标签的变化。请稍后再看。',
  },
  'image.warning.owner-left': {
    title: '其项目的所有者已离开',
    detail: '该镜像位于 {project}，其所有者已离开。请及时另选镜像，或将其副本推送到您自己的项目。',
  },
  'share.warning.jobs-only': {
    title: '对方可以在任务中运行，但不能自行拉取',
    detail:
      '该镜像位于私有项目 {project}。被共享者的任务可以运行它；如需 docker pull，他们需要成为项目成员。',
  },
  'share.with-owner': {
    title: '镜像本来就属于对方',
    detail: '该镜像由 {username} 导入，无需共享。',
  },
  'share.too-many': {
    title: '镜像的共享数量过多',
    detail: '一个镜像最多共享给 {max} 个人或用户组。请共享给用户组，或请管理员将其设为公开。',
  },
  'share.kind': {
    title: '镜像只能共享给个人或用户组',
    detail: '请使用 …/shares/person/<用户名> 或 …/shares/group/<名称>。',
  },
  'group.not-found': {
    title: '没有这个用户组',
    detail: '目录服务中没有名为 {group} 且有成员的用户组，或者有多个同名的用户组。请按目录中的写法检查名称。',
  },
  'group.not-configured': {
    title: '这里没有用户组',
    detail: '此 Berth 没有配置目录中的用户组（LDAP_GROUP_BASE_DN）。请共享给个人。',
  },
  'image.warning.tag-moved': {
    title: '标签已被移动',
    detail:
      '{tag} 记录为 {recordedDigest}，仓库中现在是 {currentDigest}。作业仍使用记录的镜像，除非其项目阻止使用。项目维护者可以把标签移回。',
  },
  'image.warning.gone': {
    title: '标签已从仓库中消失',
    detail: '仓库中已没有 {tag}。请询问其所有者，或从目录中删除此镜像。',
  },
  'image.warning.recorded-gone': {
    title: '记录的镜像已被回收',
    detail:
      '{tag} 记录的镜像（{recordedDigest}）在仓库中已不存在，作业无法运行。请以另一个标签重新推送，或请管理员接受新的镜像。',
  },
  'image.warning.platform': {
    title: '镜像不能在这里的节点上运行',
    detail: '镜像支持 {platforms}，而节点是 {sitePlatforms}。任务在其上无法启动。',
  },
  'image.warning.not-an-image': {
    title: '这不是容器镜像',
    detail: '它可以保存在镜像目录中，但任务无法运行它。',
  },
  'hook.unauthorized': {
    title: '不是 Berth 的 Webhook',
    detail:
      'Authorization 与 Berth 为该项目的 Webhook 设置的不同。Berth 下次将项目与 Harbor 比对时会重新设置。',
  },
  'violation.not-found': {
    title: '没有此违规记录',
    detail: '它不存在，或者您无权查看。',
  },
  'violation.settled': {
    title: '此违规已处理',
    detail: '此次移动已不再是未处理状态：现在是 {state}。',
  },
  'violation.project-not-kept': {
    title: '此项目不由 Berth 管理',
    detail: '{project} 由他人创建，Berth 只监视它，从不改动其中的内容。请让其所有者把标签移回。',
  },
  'image.not-movable': {
    title: '只有 latest 可以回退',
    detail: '{link} 不会移动，因此没有可回退的版本。请以另一个标签导入或推送您需要的镜像。',
  },
  'image.digest-not-in-history': {
    title: '此标签从未指向该摘要',
    detail: '从未见过 {link} 指向 {digest}。请从镜像的历史中选择一个。',
  },
  'field.digest': {
    title: '必须是摘要',
    detail: '请填写 sha256: 加 64 位小写十六进制字符。',
  },
  'tag.restore-gone': {
    title: '无法恢复：已被垃圾回收',
    detail:
      '{repository} 的 {tag} 原先指向的镜像（{digest}）在仓库中已不存在或不完整。请以另一个标签重新推送，或请管理员接受新的镜像。',
  },
  'tag.restore-refused': {
    title: '无法恢复：项目的策略不允许任何人拉取它',
    detail:
      '要把 {repository} 的 {tag} 移回，必须先从镜像仓库读取原先的镜像（{digest}），而项目 {project} 的策略（漏洞、签名）对所有人都拒绝拉取，包括 Berth。请在镜像仓库中扫描或签名，或请项目管理员豁免这些漏洞、暂时关闭该策略，然后再次恢复；也可以修复后用另一个标签推送。',
  },
  'project.problem.tags-moved': {
    title: '有标签被移动',
    detail:
      '{count} 个不可移动的标签指向的镜像与记录的不同。只要策略不是 block，作业仍使用记录的镜像。请查看此项目的违规记录并把标签移回。',
  },
  'project.problem.sweep-alarm': {
    title: '一次变化过多',
    detail:
      '自上次检查以来有 {vanished} 个标签消失、{moved} 个被移动，暂未采信：作业继续使用已记录的镜像。Harbor 可能从备份恢复过。请联系管理员：如果现状正确，由管理员确认记录；恢复之后此问题会自行消失。',
  },
  'project.problem.restore-stopped': {
    title: '有标签被反复移动',
    detail:
      'Berth 一天内已三次把 {repository} 的 {tag} 移回，但它又被移走。请查明是谁在移动它，然后自行移回或请管理员接受。',
  },
  'project.problem.restore-failed': {
    title: '有标签无法移回',
    detail: '{repository} 的 {tag} 被移动，Berth 未能把它移回。原因见违规记录。',
  },
  'project.problem.hold-not-set': {
    title: '仍需要的镜像可能被回收',
    detail:
      '{repository} 中的 {digest} 仍被需要，但用于防止 Harbor 垃圾回收的 Berth 标签 {tag} 无法设置。若该标签在另一个镜像上，请在镜像仓库中删除该标签：以 berth-hold- 开头的名称属于 Berth。半分钟内会再次尝试。',
  },
  'project.problem.digest-in-danger': {
    title: '有镜像可能被回收',
    detail:
      '{repository} 的 {digest} 已没有标签，但作业仍依赖它。Harbor 的垃圾回收可能清除它：请给它加一个标签。',
  },
  'violation.changed': {
    title: '违规情况已变化',
    detail: '该标签在此期间又被移动，或已恢复。请重新查看它的违规记录。',
  },
  'tag.recorded-gone': {
    title: '镜像仓库中已没有这个镜像',
    detail: '{link} 的摘要曾是 {recordedDigest}，镜像仓库中已不存在。请用新标签重新推送。',
  },
  'tag.leased': {
    title: '有作业正在运行该镜像',
    detail: '作业 {jobId} 正在运行 {digest}。请等它结束，或选择其他镜像。',
  },
  'job.id': {
    title: '作业编号不正确',
    detail: '作业编号由 {min} 到 {max} 个可见的 ASCII 字符组成，不含空格。',
  },
  'job.links': {
    title: '需要哪些镜像？',
    detail: '“links” 是包含 {min} 到 {max} 个镜像链接的列表。',
  },
  'job.other-question': {
    title: '该作业之前的说法不同',
    detail: '作业 {jobId} 已经有镜像，属于另一个人或其他链接。请重复同样的请求，或先结束该作业。',
  },
  'job.image-being-removed': {
    title: '作业的一个镜像正在被删除',
    detail: '该镜像此刻正从镜像仓库中移除。请几秒后重试，看看还剩下什么。',
  },
  'pull-secret.other-question': {
    title: '该作业的拉取凭据用于其他内容',
    detail: '作业 {jobId} 的拉取凭据属于另一个人或其他链接。请重复同样的请求，或先结束它。',
  },
  'pull-secret.shared-refused': {
    title: '这里不为私有项目的共享镜像发放拉取凭据',
    detail:
      '{for} 因共享才能看到 {link}，而拉取凭据会开放整个项目 {project}。请把 {for} 加为该项目成员，或请人复制一份镜像。',
  },
  'pull-secret.busy': {
    title: '该拉取凭据正在生成',
    detail: '另一个请求正在处理它。请几秒后重复同样的请求。',
  },
  'lookup.for-required': {
    title: '镜像给谁使用？',
    detail: '调度器须用 “for=<用户名>” 指明使用者。',
  },
  'lookup.for-forbidden': {
    title: '您只能为自己查询',
    detail: '请去掉 “for”，或填写您自己的用户名。',
  },
  'lookup.not-fresh': {
    title: '现在无法查询镜像仓库',
    detail: 'Berth 对 {link} 的了解已是 {ageMs} 毫秒之前的，不能满足此次查询。请一分钟后重试。',
  },
  'lookup.links': {
    title: '这些不是链接',
    detail: '请给出 1 到 {max} 个文本形式的链接。',
  },
  'lookup.too-many': {
    title: '查询过多',
    detail: '每秒最多可查询 {perSecond} 个链接，每个调度器和每个人分别计数。请在 {waitSeconds} 秒后重试。',
  },
  'lookup.no-turn': {
    title: '没有时间查看',
    detail: '这次提问中需要到仓库查看的链接太多。请再次询问 {link}。',
  },
  'lookup.blocked': {
    title: '标签被移动，其项目拒绝这样的标签',
    detail:
      '{link} 原为 {recordedDigest}，仓库中现在是 {currentDigest}。在有人把标签移回或接受移动之前，项目会阻止使用它。',
  },
  'lookup.warning.unconfirmed': {
    title: '此答案未能确认',
    detail: 'Berth 的数据库无法访问。这是最后已知的内容，之后可能已有变化。',
  },
  'lookup.warning.project-replaced': {
    title: '项目已被重新创建',
    detail: '仓库中的项目 {project} 已不是记录时的那一个，镜像可能已不在其中。',
  },
  'lookup.warning.tag-moved': {
    title: '标签在镜像仓库中被移动过',
    detail: '{tag} 在镜像仓库中现在是 {currentDigest}。任务仍会得到最初见到的 {recordedDigest}。',
  },
  'lookup.warning.tag-gone': {
    title: '镜像仓库中已没有这个标签',
    detail: '{tag} 已不在镜像仓库中。它的镜像还在，因此任务仍会得到它。',
  },
  'lookup.warning.vulnerable': {
    title: '镜像仓库拒绝拉取此镜像',
    detail:
      '{project} 的策略禁止拉取未经扫描、或漏洞严重级别达到 {severity} 或更高的镜像，而此镜像正是如此。需要拉取它的任务会失败。',
  },
  'lookup.warning.platform-missing': {
    title: '镜像不支持该平台',
    detail: '镜像支持 {platforms}，不支持 {platform}。在该平台上任务无法启动。',
  },
};
