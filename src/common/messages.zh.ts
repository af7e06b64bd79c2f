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
  'field.flag': {
    title: '不是 true 或 false',
    detail: '此处必须是 true 或 false。',
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
    detail: '此操作需要角色 {role}。如果您应当拥有它，请联系平台管理员。',
  },
  'auth.act-for-forbidden': {
    title: '此处不允许代他人操作',
    detail: '只有平台的服务令牌可以发送 X-Berth-Act-For，只能发送一次，并且只能代表目录中存在且未离职的人。',
  },
  'auth.identity-conflict': {
    title: '此用户名属于另一个人的账户',
    detail: '目录现在把用户名 {username} 给了另一个条目，不是 Berth 所认识的那个。须由管理员决定它归谁所有。',
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
  'account.busy': {
    title: '您的账户正在处理中',
    detail: '另一个凭据请求正在进行。请等待几秒，然后查看 GET /api/v1/account。',
  },
  'account.name-in-use': {
    title: '此名称属于另一个账户',
    detail: '项目 {project} 属于 Berth 中另一个人的账户，可能是以前使用过此用户名的人。请联系管理员决定。',
  },
  'account.name-not-owned': {
    title: '此名称在镜像仓库中已被占用',
    detail:
      'Harbor 中的用户 {harborUsername} 不是 Berth 创建的，因此没有改动它。请联系管理员将该用户改名或删除，或者把它的账户交给您。',
  },
  'project.name-not-owned': {
    title: '此项目名称在镜像仓库中已被占用',
    detail:
      'Harbor 中的项目 {project} 不是 Berth 创建的，因此没有改动它。请联系管理员将其删除，或者把它交给您。',
  },
  'project.replaced': {
    title: '此项目不是 Berth 创建的那个',
    detail: 'Harbor 中的项目 {project} 被人删除后又重新创建。Berth 不会改动它。请联系管理员决定。',
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
    detail: '创建过程中断。POST /api/v1/account/credentials 会从中断处继续。',
  },
  'account.problem.credentials-unknown': {
    title: '无法确定哪个密码有效',
    detail: '重置过程中断。请向 POST /api/v1/account/credentials 发送 {"reset": true} 以获得新密码。',
  },

  // Links
  'link.too-long': { title: '链接过长', detail: '链接最多 {max} 个字符。' },
  'link.empty': { title: '链接为空', detail: '请填写完整链接，例如 {example}。' },
  'link.scheme': {
    title: '链接中不能有 https://',
    detail: '请去掉 “{scheme}”，完整链接形如 {example}。',
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
  'tag.recorded-gone': {
    title: '镜像仓库中已没有这个镜像',
    detail: '{link} 的摘要曾是 {recordedDigest}，镜像仓库中已不存在。请用新标签重新推送。',
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
  'lookup.warning.tag-moved': {
    title: '标签在镜像仓库中被移动过',
    detail: '{tag} 在镜像仓库中现在是 {currentDigest}。任务仍会得到最初见到的 {recordedDigest}。',
  },
  'lookup.warning.tag-gone': {
    title: '镜像仓库中已没有这个标签',
    detail: '{tag} 已不在镜像仓库中。它的镜像还在，因此任务仍会得到它。',
  },
  'lookup.warning.platform-missing': {
    title: '镜像不支持该平台',
    detail: '镜像支持 {platforms}，不支持 {platform}。在该平台上任务无法启动。',
  },
};
